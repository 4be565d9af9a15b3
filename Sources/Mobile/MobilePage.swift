import Launch

/// The pages as HTML: pure functions of what they show. No script, no picture, nothing from anywhere else.
struct MobilePage: Sendable {
    let words: MobileWords
    let text: AmountText
    /// The address of the page itself, as a path.
    let path: String
    /// What a form must bring back.
    let form: String

    /// How often the page looks again by itself.
    static let refresh = 15

    init(words: MobileWords, path: String, form: String) {
        self.words = words
        self.path = path
        self.form = form
        text = AmountText(words.language == .spanish ? .argentine : .english)
    }

    // MARK: What fires

    func overview(_ state: MobileState, _ link: MobileLink) -> String {
        var body: [HTML] = [header(state)]
        if state.isStale { body.append(banner(state)) }
        if let chain = state.chain {
            body.append(card(chain, state))
            body += buttons(chain, state)
        } else {
            body.append("<p class=\"card\">\(words(link.chain == nil ? .lookOnly : .unknownChain))</p>")
        }
        body.append(others(state))
        body.append(onCall(state))
        let until = time(link.expires, state)
        body.append("<footer><p>\(words(.yourLink, state.person, until))</p></footer>")
        let mark = state.chain.map { words.severity($0.severity) } ?? "guardia"
        return page(title: "\(mark) · \(state.launch)", refreshes: true, body)
    }

    private func header(_ state: MobileState) -> HTML {
        "<header><span>\(state.launch)</span><span>\(words(.asOf, clock(state.now.utc, state)))</span></header>"
    }

    private func banner(_ state: MobileState) -> HTML {
        var reasons: [String] = []
        if let age = state.dataAge, age > MobileState.staleAfter || state.trouble == nil {
            reasons.append(words(.dataAge, text.span(age.seconds)))
        }
        if let trouble = state.trouble { reasons.append(trouble) }
        if reasons.isEmpty { reasons.append("?") }
        return "<p class=\"banner\" role=\"alert\">⚠ \(words(.stale, reasons.joined(separator: "; ")))</p>"
    }

    private func card(_ chain: MobileState.Chain, _ state: MobileState) -> HTML {
        var lines: [HTML] = [
            "<p>\(mark(chain.severity))</p><h1>\(chain.summary)</h1>",
            "<p class=\"dim\">\(since(chain.since, state))</p>",
        ]
        if chain.alerts.count > 1 {
            lines.append("<ul>\(chain.alerts.prefix(10).map { item($0, state) })</ul>")
            if chain.alerts.count > 10 {
                lines.append("<p class=\"dim\">\(words(.more, "\(chain.alerts.count - 10)"))</p>")
            }
        }
        switch chain.standing {
        case .open:
            lines.append("<p><b>\(words(.open))</b></p>")
            if chain.step > 0 { lines.append("<p>\(words(.step, "\(chain.step)", "\(chain.steps)"))</p>") }
            if let next = chain.next {
                let head = next.due.map {
                    $0.count > 0 ? words(.nextIn, text.span($0.seconds.rounded(.up))) : words(.nextNow)
                }
                let when = next.isWaiting ? words(.nextWaits) : head ?? words(.nextNow)
                lines.append("<p>\(when) \(people(next))</p>")
            } else {
                lines.append("<p>\(words(.nobodyNext))</p>")
            }
        case .taken(let by, let until):
            let said = until.map { words(.takenUntil, by, time($0, state)) } ?? words(.taken, by)
            lines.append("<p class=\"well\" role=\"status\">✓ \(said)</p>")
        case .exhausted: lines.append("<p class=\"banner\" role=\"alert\">\(words(.exhausted))</p>")
        case .quiet: lines.append("<p>\(words(.quiet))</p>")
        case .over: lines.append("<p class=\"well\" role=\"status\">✓ \(words(.over))</p>")
        }
        if let runbook = chain.runbook, let url = SafeURL(runbook)?.text {
            lines.append("<p><a href=\"\(url)\" rel=\"noopener noreferrer\">\(words(.runbook))</a></p>")
        } else if let runbook = chain.runbook {
            lines.append("<p>\(words(.runbook)): \(runbook)</p>")
        }
        return "<main class=\"card \(HTML(stringLiteral: chain.severity.rawValue))\">\(lines)</main>"
    }

    private func buttons(_ chain: MobileState.Chain, _ state: MobileState) -> [HTML] {
        guard chain.canBeTaken else { return [] }
        var parts: [HTML] = [
            """
            <form method="post" action="\(path)/ack">\(hidden("form", form))\
            <button class="main" name="for" value="60">\(words(.acknowledge))</button>\
            <div class="two"><button name="for" value="30">\(words(.forMinutes, "30"))</button>\
            <button name="for" value="240">\(words(.forHours, "4"))</button></div></form>
            """
        ]
        if chain.standing == .open, let next = chain.next, !next.ways.isEmpty {
            parts.append("<a class=\"button\" href=\"\(path)/escalate\">\(words(.escalate))</a>")
        }
        return parts
    }

    private func others(_ state: MobileState) -> HTML {
        let lines = state.others.map { item($0, state) }
        let known = state.others.count + (state.chain?.alerts.count { $0.isFiring } ?? 0)
        let more: HTML =
            state.firingCount > known ? "<p class=\"dim\">\(words(.more, "\(state.firingCount - known)"))</p>" : ""
        let list: HTML = lines.isEmpty ? "<p class=\"dim\">\(words(.nothingElse))</p>" : "<ul>\(lines)</ul>"
        return "<section aria-labelledby=\"also\"><h2 id=\"also\">\(words(.alsoFires))</h2>\(list)\(more)</section>"
    }

    private func onCall(_ state: MobileState) -> HTML {
        guard !state.onCall.isEmpty else { return "" }
        let lines = state.onCall.map { entry -> HTML in
            let until: HTML =
                entry.until.map { "<br><span class=\"dim\">\(words(.until, time($0, state)))</span>" } ?? ""
            return "<li>\(entry.schedule): <b>\(entry.person ?? words(.nobody))</b>\(until)</li>"
        }
        return "<section aria-labelledby=\"oncall\"><h2 id=\"oncall\">\(words(.onCall))</h2><ul>\(lines)</ul></section>"
    }

    // MARK: The next ones

    /// Asks before anybody is woken: whom, by what, and their name typed.
    func confirmation(
        _ chain: MobileState.Chain, _ next: MobileState.Chain.Next, _ state: MobileState, isMistyped: Bool
    ) -> String {
        let ways = next.ways.map { way -> HTML in
            guard let title = way.title else { return "<li>\(words(.channel, way.channel))</li>" }
            return "<li><b>\(title)</b> \(words(.by, way.channel))</li>"
        }
        let again: HTML = isMistyped ? "<p class=\"banner\" role=\"alert\">\(words(.mistyped))</p>" : ""
        let stale: HTML = state.isStale ? banner(state) : ""
        let body: HTML = """
            \(header(state))\(stale)\(again)<main class="\(HTML(stringLiteral: chain.severity.rawValue))"><p>\(mark(chain.severity)) \(chain.summary)</p><h1>\(words(.escalateTitle))</h1>\
            <p>\(words(.escalateWhom, "\(next.step + 1)", "\(chain.steps)"))</p>\
            <ul>\(ways)</ul>\
            <form method="post" action="\(path)/escalate" autocomplete="off">\(hidden("form", form))\(hidden("step", next.sign))\
            <label for="who">\(words(.escalateType, "“\(next.target)”"))</label>\
            <input type="text" id="who" name="who" required maxlength="100" autocapitalize="none" autocorrect="off" \
            spellcheck="false" autocomplete="off">\
            <button class="grave">\(words(.escalateGo))</button></form>\
            <a class="button" href="\(path)">\(words(.back))</a></main>
            """
        return page(title: words(.escalateTitle), refreshes: false, [body])
    }

    // MARK: What went wrong

    /// One sentence, and a way back where there is one.
    func notice(_ sentence: String, hint: String? = nil, hasWayBack: Bool) -> String {
        var body: [HTML] = ["<main><h1>\(sentence)</h1>"]
        if let hint { body.append("<p>\(hint)</p>") }
        if hasWayBack { body.append("<a class=\"button\" href=\"\(path)\">\(words(.tryAgain))</a>") }
        return page(title: "guardia", refreshes: false, body + ["</main>"])
    }

    // MARK: Pieces

    private func page(title: String, refreshes: Bool, _ body: [HTML]) -> String {
        let language = HTML(stringLiteral: words.language.rawValue)
        let again: HTML = refreshes ? "<meta http-equiv=\"refresh\" content=\"\(MobilePage.refresh)\">" : ""
        let page: HTML = """
            <!DOCTYPE html><html lang="\(language)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark">\
            <meta name="robots" content="noindex, nofollow, noarchive, nosnippet">\(again)\
            <title>\(title)</title><link rel="icon" href="data:,">\
            <style>\(HTML(stringLiteral: MobileStyle.text))</style></head><body>\(body)</body></html>
            """
        return page.text
    }

    private func hidden(_ name: HTML, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    private func mark(_ severity: Severity) -> HTML {
        let glyph =
            switch severity {
            case .critical: "✖"
            case .warning: "▲"
            case .info: "●"
            }
        return "<span class=\"mark\">\(glyph) \(words.severity(severity))</span>"
    }

    private func item(_ line: MobileState.AlertLine, _ state: MobileState) -> HTML {
        var tail: HTML = "<br><span class=\"dim\">\(since(line.since, state))</span>"
        if !line.isFiring { tail = "<br><span class=\"well\">✓ \(words(.isOver))</span>" }
        if line.isFiring, let taken = line.taken {
            tail = "\(tail)<br><span class=\"well\">✓ \(words(.takenBy, taken))</span>"
        }
        return
            "<li class=\"\(HTML(stringLiteral: line.severity.rawValue))\">\(mark(line.severity)) \(line.summary)\(tail)</li>"
    }

    private func people(_ next: MobileState.Chain.Next) -> String {
        next.ways.map { way in way.title.map { "\($0) \(words(.by, way.channel))" } ?? words(.channel, way.channel) }
            .joined(separator: ", ")
    }

    private func since(_ moment: Moment, _ state: MobileState) -> String {
        let age = text.span((moment.age(at: state.now).seconds).rounded(.down))
        return "\(words(.since, time(moment.utc, state))), \(words(.ago, age))"
    }

    private func clock(_ time: Timestamp, _ state: MobileState) -> String {
        let civil = state.zone.civil(time)
        return "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) \(state.zone.abbreviation)"
    }

    /// `03:12 ART`, with the day where it is not today's.
    private func time(_ time: Timestamp, _ state: MobileState) -> String {
        let (civil, today) = (state.zone.civil(time), state.zone.civil(state.now.utc))
        let clock = "\(two(civil.hour)):\(two(civil.minute)) \(state.zone.abbreviation)"
        if (civil.year, civil.month, civil.day) == (today.year, today.month, today.day) { return clock }
        return "\(two(civil.day))/\(two(civil.month)) \(clock)"
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
