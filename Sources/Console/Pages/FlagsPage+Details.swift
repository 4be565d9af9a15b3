import Launch

extension FlagsPage {
    /// Everything about one flag, below the table.
    func details(_ name: String, width: Int) -> [[Span]] {
        let sight = model.sight(of: name)
        let known = model.shownManifest?.flags?[name]
        var lines: [[Span]] = [
            [
                Span(Text.sanitised(name, limit: 64), .strong, .bold),
                Span(known?.title.map { "  " + Text.sanitised($0, limit: 60) } ?? "", .title),
            ]
        ]
        func fact(_ label: Word, _ spans: [Span]) {
            lines.append([Span(Text.padded(words(label), to: 9), .dim)] + spans)
        }
        fact(.labelState, stateLine(sight))
        if let why = sight.miss, !sight.isCurrent || sight.freshness == .stale {
            let time = sight.readAt.map { model.clock($0.utc) } ?? Figures.none
            fact(.labelAge, [Span(words(.flagsAsOf, time, Text.sanitised(why, limit: 160)), .unknown, .bold)])
        } else if let at = sight.readAt {
            let age = model.figures.age(at.age(at: model.shownNow))
            fact(.labelAge, [Span(words(.readAgo, age, model.clock(at.utc)), sight.isCurrent ? .text : .unknown)])
        }
        if let by = model.lastWords(of: sight, model.shown.flags.lastChange(of: name)) {
            fact(.labelBy, [Span(by, .text)])
        }
        if let ramp = ramp(name, short: false) {
            for (index, part) in Text.wrapped(ramp.text, to: max(10, width - 9), lines: 3).enumerated() {
                let label = Text.padded(index == 0 ? words(.labelRamp) : "", to: 9)
                lines.append([Span(label, .dim), Span(part, ramp.style.role, ramp.style.attributes)])
            }
        }
        fact(.labelGuard, guards(known))
        if let flag = sight.flag { fact(.labelRule, [Span(rule(flag), .text)]) }
        if let note = known?.note {
            for (index, part) in Text.wrapped(note, to: max(10, width - 9), lines: 3).enumerated() {
                lines.append([
                    Span(Text.padded(index == 0 ? words(.labelMind) : "", to: 9), .dim), Span(part, .warning),
                ])
            }
        }
        return lines + changes(name)
    }

    private func stateLine(_ sight: FlagSight) -> [Span] {
        var spans = [state(sight)]
        switch sight.state {
        case .known(let glance):
            let flag = glance.flag
            spans.append(Span("  " + model.figures.share(flag.rollout), sight.isCurrent ? .value : .unknown))
            if glance.allowCount > 0 {
                spans.append(Span("  " + words(.allowedCount, String(glance.allowCount)), .text))
            }
            spans.append(Span("  v\(flag.version)", .dim))
        case .faulty(let why): spans.append(Span("  " + Text.sanitised(why, limit: 160), .critical))
        case .never: break
        }
        return spans
    }

    private func guards(_ known: KnownFlag?) -> [Span] {
        guard let guards = known?.guards, !guards.isEmpty else { return [Span(words(.noGuard), .dim)] }
        let silent = model.isSilent || model.shown.isSilent(at: model.shownNow)
        return guards.flatMap { one in
            let verdict = one.verdict(on: model.shown, at: model.shownNow, engineSilent: silent)
            let title = Text.sanitised(one.title(on: model.shown), limit: 60)
            let value =
                one.isAlert ? "" : one.series.flatMap { model.track($0) }.map { model.value(of: $0) } ?? ""
            return [
                Span("\(verdict.glyph) \(title) \(words(verdict.word))", verdict.role, .bold),
                Span((value.isEmpty ? "" : "  " + value) + "   ", .text),
            ]
        }
    }

    /// `unleash · salt checkout-v2 · stickiness default · blue=50,green=50`
    private func rule(_ flag: FeatureFlag) -> String {
        let algorithm = flag.algorithm ?? model.shownManifest?.flags?.algorithm
        var parts = [algorithm?.rawValue ?? "?", "salt \(flag.group)", "stickiness \(flag.stickiness)"]
        if !flag.variants.isEmpty { parts.append(FlagVariant.text(flag.variants)) }
        return Text.sanitised(parts.joined(separator: " · "), limit: 300)
    }

    private func changes(_ name: String) -> [[Span]] {
        let changes = model.shown.flags.changes(of: name).reversed()
        guard !changes.isEmpty else { return [[Span(words(.noChangeKnown), .dim)]] }
        return changes.enumerated().map { index, change in
            let body = change.body
            var spans = [
                Span(Text.padded(index == 0 ? words(.labelChanges) : "", to: 9), .dim),
                Span(model.clock(change.at.utc) + "  ", .dim), Span(Text.sanitised(body.words, limit: 120), .value),
                Span("  " + (body.by.isEmpty ? "?" : Text.sanitised(body.by, limit: 60)), .text),
            ]
            if body.source == .found { spans.append(Span("  " + words(.foundChanged), .dim)) }
            if !body.reason.isEmpty { spans.append(Span("  " + Text.sanitised(body.reason, limit: 120), .dim)) }
            return spans
        }
    }
}
