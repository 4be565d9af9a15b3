package import Launch

/// Answers the page's requests: who may see what, who may do what, and how often.
///
/// GET shows and never acts, whoever follows a link: a telephone's preview, a mail scanner. An act is a POST from the page
/// itself: with what the page's form held, which belongs to the link and to a cookie of this browser (SameSite=Strict), and
/// with the page's own Origin. Whoever has a link is the person that it is for: there is no other login.
package actor MobileDesk {
    private let plan: MobilePlan
    private let key: MobileKey
    private let house: any MobileHouse
    private let clock: any Clock
    private let zone: Zone
    /// The channels whose calls take a digit, by name.
    private let voices: [String: TwilioVoice]

    /// Requests of one link, acts of one link, and of all that have none.
    private static let looks = RateLimit(60, per: .minutes(1), burst: 30)
    private static let acts = RateLimit(12, per: .minutes(1), burst: 6)
    private static let strangers = RateLimit(5, per: .seconds(1), burst: 20)
    /// How many links are counted at once: more than there are people, and no more than fit.
    private static let countedLinks = 500
    /// The longest form that is read: Twilio's has some thirty fields.
    static let bodyLimit = 8192
    /// The longest of the page's own.
    private static let formLimit = 2048

    private var buckets: [MobileLink: (looks: TokenBucket, acts: TokenBucket, used: Milliseconds)] = [:]
    private var strangers: TokenBucket

    package init(
        _ plan: MobilePlan, key: MobileKey, house: any MobileHouse, zone: Zone, clock: any Clock,
        voices: [String: TwilioVoice] = [:]
    ) {
        self.plan = plan
        self.voices = voices
        self.key = key
        self.house = house
        self.zone = zone
        self.clock = clock
        strangers = TokenBucket(MobileDesk.strangers, at: clock.now().uptime)
    }

    package func answer(_ request: MobileRequest) async -> MobileResponse {
        var response = await respond(to: request)
        for (name, value) in policy where response.headers[name] == nil { response.headers[name] = value }
        if request.method == "HEAD" {
            response.headers["Content-Length"] = String(response.body.utf8.count)
            response.body = ""
        }
        return response
    }

    /// What every answer says: nothing is kept, nothing is fetched, nothing frames it, and no address of it leaks.
    ///
    /// `Referrer-Policy: no-referrer` would take the Origin from our own form (Fetch, "append a request Origin header").
    private var policy: [String: String] {
        var headers = [
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy":
                "default-src 'none'; style-src \(MobileStyle.source); img-src data:; form-action 'self'; base-uri 'none'; "
                + "frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ]
        if plan.isEncrypted { headers["Strict-Transport-Security"] = "max-age=31536000" }
        return headers
    }

    // MARK: Who asks what

    private func respond(to request: MobileRequest) async -> MobileResponse {
        let words = MobileWords(acceptLanguage: request.headers["accept-language"], fixed: plan.language)
        let now = clock.now()
        guard isOurs(request.headers["host"]) else { return stranger(words, now, status: 421) }
        let parts = path(request.path).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts == ["health"] {
            return MobileResponse(200, headers: ["Content-Type": "text/plain"], body: "guardia\n")
        }
        if parts == ["robots.txt"] {
            return MobileResponse(200, headers: ["Content-Type": "text/plain"], body: "User-agent: *\nDisallow: /\n")
        }
        if parts.count == 2, parts[0] == "voice" { return await hearDigit(request, token: parts[1], words, now) }
        guard (2...3).contains(parts.count), parts[0] == "m", let link = MobileLink(token: parts[1], key: key) else {
            return stranger(words, now, status: 404)
        }
        let page = MobilePage(words: words, path: "\(plan.prefix)/m/\(parts[1])", form: "")
        guard house.knows(link.person) else { return stranger(words, now, status: 404) }
        guard link.expires > now.utc else {
            return MobileResponse(410, body: page.notice(words(.expired), hint: words(.expiredHint), hasWayBack: false))
        }
        guard take(link, isAct: request.method == "POST", at: now.uptime) else {
            return MobileResponse(
                429, headers: ["Retry-After": "5"], body: page.notice(words(.limited), hasWayBack: true))
        }
        switch (request.method, parts.count == 3 ? parts[2] : "") {
        case ("GET", ""), ("HEAD", ""), ("GET", "escalate"), ("HEAD", "escalate"):
            return await show(request, link, token: parts[1], words, asks: parts.count == 3)
        // Somebody has loaded the address of a form anew.
        case ("GET", "ack"), ("HEAD", "ack"): return MobileResponse(303, headers: ["Location": page.path])
        case ("POST", "ack"), ("POST", "escalate"): return await act(request, link, token: parts[1], words, parts[2])
        case (_, "ack"), (_, "escalate"): return MobileResponse(405, headers: ["Allow": "GET, HEAD, POST"])
        case (_, ""): return MobileResponse(405, headers: ["Allow": "GET, HEAD"])
        default: return stranger(words, now, status: 404)
        }
    }

    /// Whoever has no link learns nothing, and not often.
    private func stranger(_ words: MobileWords, _ now: Moment, status: Int) -> MobileResponse {
        let page = MobilePage(words: words, path: "", form: "")
        guard strangers.ready(at: now.uptime) <= now.uptime else {
            return MobileResponse(
                429, headers: ["Retry-After": "5"], body: page.notice(words(.limited), hasWayBack: false))
        }
        strangers.take(at: now.uptime)
        return MobileResponse(status, body: page.notice(words(.notFound), hasWayBack: false))
    }

    /// The proxy passes the path with its prefix or without.
    private func path(_ path: String) -> Substring {
        let rest =
            !plan.prefix.isEmpty && path.hasPrefix(plan.prefix + "/") ? path.dropFirst(plan.prefix.count) : path[...]
        return rest.hasPrefix("/") ? rest.dropFirst() : rest
    }

    /// The page's own name, or this machine's as a proxy says it: another name leads here by a trick (DNS rebinding).
    private func isOurs(_ host: String?) -> Bool {
        guard let host = host?.lowercased() else { return false }
        let ours = plan.origin.split(separator: "/").last.map(String.init) ?? ""
        if host == ours { return true }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "[::1]"].contains(String(name))
    }

    private func take(_ link: MobileLink, isAct: Bool, at now: Milliseconds) -> Bool {
        if buckets[link] == nil, buckets.count >= MobileDesk.countedLinks,
            let oldest = buckets.min(by: { $0.value.used < $1.value.used })?.key
        {
            buckets[oldest] = nil
        }
        var bucket =
            buckets[link]
            ?? (looks: TokenBucket(MobileDesk.looks, at: now), acts: TokenBucket(MobileDesk.acts, at: now), used: now)
        bucket.used = now
        defer { buckets[link] = bucket }
        guard bucket.looks.ready(at: now) <= now, !isAct || bucket.acts.ready(at: now) <= now else { return false }
        bucket.looks.take(at: now)
        if isAct { bucket.acts.take(at: now) }
        return true
    }

    // MARK: Looking

    private static let cookie = "guardia"

    private func show(
        _ request: MobileRequest, _ link: MobileLink, token: String, _ words: MobileWords, asks: Bool,
        isMistyped: Bool = false
    ) async -> MobileResponse {
        let state = await house.state(for: link)
        let known = request.cookie(MobileDesk.cookie).flatMap { MobileDesk.isNonce($0) ? $0 : nil }
        let nonce = known ?? MobileDesk.nonce()
        let page = MobilePage(words: words, path: "\(plan.prefix)/m/\(token)", form: sign(token, nonce))
        var response: MobileResponse
        if asks {
            guard let chain = state.chain, chain.standing == .open, let next = chain.next, !next.ways.isEmpty else {
                return MobileResponse(303, headers: ["Location": page.path])
            }
            response = MobileResponse(
                isMistyped ? 422 : 200, body: page.confirmation(chain, next, state, isMistyped: isMistyped))
        } else {
            response = MobileResponse(200, body: page.overview(state, link))
        }
        if known == nil {
            let path = plan.prefix.isEmpty ? "/" : plan.prefix
            response.headers["Set-Cookie"] =
                "\(MobileDesk.cookie)=\(nonce); Path=\(path); HttpOnly; SameSite=Strict"
                + (plan.isEncrypted ? "; Secure" : "")
        }
        return response
    }

    private static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<16).map { _ in UInt8.random(in: 0 ... .max, using: &generator) })
    }

    private static func isNonce(_ text: String) -> Bool { Base64URL.decode(text)?.count == 16 }

    /// What a form of this link brings back from this browser.
    private func sign(_ token: String, _ nonce: String) -> String {
        Base64URL.encode(key.sign("form", Array("\(token) \(nonce)".utf8)))
    }

    // MARK: Acting

    private func act(
        _ request: MobileRequest, _ link: MobileLink, token: String, _ words: MobileWords, _ what: String
    ) async -> MobileResponse {
        let page = MobilePage(words: words, path: "\(plan.prefix)/m/\(token)", form: "")
        func refuse(_ status: Int, _ sentence: String, hint: String? = nil) -> MobileResponse {
            MobileResponse(status, body: page.notice(sentence, hint: hint, hasWayBack: true))
        }
        guard request.body.count <= MobileDesk.formLimit else { return refuse(413, words(.notFound)) }
        guard isFromHere(request), let nonce = request.cookie(MobileDesk.cookie), MobileDesk.isNonce(nonce),
            let form = request.form, let brought = form["form"].flatMap({ Base64URL.decode($0) }),
            let wanted = Base64URL.decode(sign(token, nonce)), MobileKey.areEqual(brought, wanted)
        else { return refuse(403, words(.cookies), hint: words(.cookiesHint)) }
        let outcome: MobileOutcome
        if what == "ack" {
            guard let minutes = form["for"].flatMap({ Int64($0) }), [30, 60, 240].contains(minutes) else {
                return refuse(400, words(.moved))
            }
            outcome = await house.acknowledge(link, for: .minutes(minutes), by: .mobile)
        } else {
            // Escalating wakes people: their name is typed, and the plan is the one that was shown.
            let state = await house.state(for: link)
            guard let chain = state.chain, chain.standing == .open, let next = chain.next, next.sign == form["step"]
            else {
                return refuse(409, words(.moved))
            }
            guard (form["who"] ?? "").filter({ $0 != " " }).lowercased() == next.target.lowercased() else {
                return await show(request, link, token: token, words, asks: true, isMistyped: true)
            }
            outcome = await house.escalate(link, to: next.sign)
        }
        switch outcome {
        case .done: return MobileResponse(303, headers: ["Location": page.path])
        case .refused(let reason): return refuse(409, words(.notTaken, reason))
        }
    }

    // MARK: Calls

    /// Somebody who was called has pressed a digit: Twilio tells it, and says what is answered.
    private func hearDigit(
        _ request: MobileRequest, token: String, _ words: MobileWords, _ now: Moment
    ) async -> MobileResponse {
        guard let link = MobileLink(token: token, key: key), house.knows(link.person),
            let voice = link.channel.flatMap({ voices[$0] })
        else { return stranger(words, now, status: 404) }
        guard request.method == "POST" else { return MobileResponse(405, headers: ["Allow": "POST"]) }
        guard take(link, isAct: true, at: now.uptime) else {
            return MobileResponse(429, headers: ["Retry-After": "5"])
        }
        guard let fields = request.fields(atMost: 100),
            voice.isTwilio(request, at: "\(plan.url)/voice/\(token)", fields: fields)
        else { return MobileResponse(403, headers: ["Content-Type": "text/plain"], body: "not signed by Twilio\n") }
        guard link.expires > now.utc else { return voice.saying("This call is too old to acknowledge. Goodbye.") }
        guard fields["Digits"] == "1" else { return voice.saying("Not acknowledged. The next one is called. Goodbye.") }
        switch await house.acknowledge(link, for: TwilioVoice.holds, by: .voice) {
        case .done: return voice.saying("Acknowledged. It is yours for one hour. Goodbye.")
        case .refused:
            return voice.saying("It could not be acknowledged: it has ended, or somebody else has it. Goodbye.")
        }
    }

    /// Whether the page itself sent it. Every browser says the Origin of a form that is sent by POST.
    private func isFromHere(_ request: MobileRequest) -> Bool {
        guard request.headers["origin"]?.lowercased() == plan.origin else { return false }
        return request.headers["sec-fetch-site"].map { $0 == "same-origin" } ?? true
    }
}
