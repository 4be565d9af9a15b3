import Launch

extension Field {
    /// The channels by which notifications leave the house: a list, each with its name, its type and what that type needs.
    func channels() -> [ChannelPlan] {
        var channels: [ChannelPlan] = []
        var places: [String: Place] = [:]
        for item in items() {
            let channel = item.mapping { fields -> ChannelPlan? in
                let name = fields.required("name")?.identifier()
                let word = fields.required("type")
                guard let type = word?.choice(ChannelType.words) ?? word?.guess(ChannelType.words) else {
                    fields.acceptAll()
                    return nil
                }
                return fields.channel(named: name ?? "", type)
            }
            guard let channel = channel ?? nil, !channel.name.isEmpty else { continue }
            if let first = places.updateValue(item.place, forKey: channel.name) {
                item.error("a second channel named '\(channel.name)'; the first is on line \(first.line)")
                continue
            }
            channels.append(channel)
        }
        return channels
    }

    // MARK: Values

    /// An address that secrets are sent to: https, or this machine.
    fileprivate func safeURL() -> String? {
        guard let url = url() else { return nil }
        let host = url.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        guard url.lowercased().hasPrefix("https://") || Field.isLoopback(host) else {
            error(
                "'\(key)': what is sent there is secret: it must be https", hint: "http is taken for this machine alone"
            )
            return nil
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    fileprivate static func isLoopback(_ authority: String) -> Bool {
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "[::1]"].contains(String(host))
    }

    /// `+` and 7 to 15 digits (E.164).
    fileprivate func telephone() -> String? {
        parse { text throws(Misfit) in
            guard text.hasPrefix("+"), (8...16).contains(text.utf8.count),
                text.utf8.dropFirst().allSatisfy({ (48...57).contains($0) })
            else {
                throw Misfit(
                    "\(text.quoted) is not a telephone number", hint: "write it as \"+5491155554821\", in quotes")
            }
            return text
        }
    }

    /// `en-US`: what Twilio's `<Say>` takes.
    fileprivate func language() -> String? {
        parse { text throws(Misfit) in
            guard (2...12).contains(text.utf8.count),
                text.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) || (97...122).contains($0 | 0x20) })
            else { throw Misfit("\(text.quoted) is no language", hint: "write it as en-US or es-MX") }
            return text
        }
    }

    func mailbox() -> String? {
        parse { text throws(Misfit) in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
                text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && !"<>()[],;:\\\"".utf8.contains($0) })
            else { throw Misfit("\(text.quoted) is not a mailbox", hint: "write it as guardia@example.com") }
            return text
        }
    }

    /// A Twilio id: two letters and 32 hexadecimal digits.
    fileprivate func sid(_ prefixes: [String]) -> String? {
        parse { text throws(Misfit) in
            guard prefixes.contains(String(text.prefix(2))), text.utf8.count == 34,
                text.dropFirst(2).allSatisfy({ $0.isASCII && $0.isHexDigit })
            else {
                throw Misfit(
                    "\(text.quoted) is no id of Twilio's",
                    hint: "it begins with \(prefixes.joined(separator: " or ")), then 32 hexadecimal digits")
            }
            return text
        }
    }

    func variableName(_ name: String, at place: Place) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, !(48...57).contains(first), name != "PATH",
            bytes.allSatisfy({ $0 == 95 || (48...57).contains($0) || (65...90).contains($0 & 0xDF) })
        else {
            source.findings.error(place, "\(name.quoted) is not the name of a variable that can be set")
            return false
        }
        return true
    }
}

private enum ChannelType: CaseIterable {
    case sms, voice, push, slackWebhook, slack, pagerDuty, email, webhook, command

    static let words: KeyValuePairs<String, ChannelType> = [
        "sms": .sms, "voice": .voice, "push": .push, "slack-webhook": .slackWebhook, "slack": .slack,
        "pagerduty": .pagerDuty, "email": .email, "webhook": .webhook, "command": .command,
    ]

    /// The providers' own limits, or what is decent.
    var usualLimit: RateLimit {
        switch self {
        case .sms: RateLimit(1, per: .seconds(1), burst: 10)
        case .voice: RateLimit(1, per: .seconds(1), burst: 5)
        case .push: RateLimit(10, per: .seconds(1), burst: 50)
        case .slackWebhook, .slack: RateLimit(1, per: .seconds(1), burst: 5)
        case .pagerDuty: RateLimit(2, per: .seconds(1), burst: 20)
        case .email: RateLimit(30, per: .minutes(1), burst: 10)
        case .webhook: RateLimit(5, per: .seconds(1), burst: 20)
        case .command: RateLimit(1, per: .seconds(1), burst: 5)
        }
    }
}

extension Fields {
    fileprivate func channel(named name: String, _ type: ChannelType) -> ChannelPlan? {
        let limit = limit(type.usualLimit)
        var to = ""
        let kind: ChannelPlan.Kind?
        switch type {
        case .sms:
            let segments = optional("segments")?.integer(in: 1...10) ?? 3
            kind = twilio(takesService: true).map { .sms($0, segments: segments) }
        case .voice:
            let digit = optional("digit")
            let signing = optional("auth_token")?.secret()
            var voice = VoicePlan(
                callback: nil, language: optional("language")?.language() ?? "en-US",
                ring: optional("ring")?.duration(Milliseconds.seconds(5)...Milliseconds.minutes(5)) ?? .seconds(40))
            let twilio = twilio(takesService: false)
            if digit?.flag() == true, let twilio {
                // Twilio signs with the account's own token, whatever we prove ourselves by.
                voice.signing = signing ?? (twilio.user == twilio.account ? twilio.password : nil)
                // Where it is served is known once the section `mobile` was read.
                voice.callback = ""
                if voice.signing == nil {
                    digit?.error(
                        "'digit': with 'api_key' it needs 'auth_token'",
                        hint: "Twilio signs what it tells with the account's own auth token")
                }
            }
            kind = twilio.map { .voice($0, voice) }
        case .push:
            let url = optional("url")?.safeURL() ?? "https://fcm.googleapis.com"
            let project = required("project")?.identifier()
            let account = required("service_account")?.secret()
            kind = project.flatMap { project in
                account.map { .push(FirebasePlan(url: url, project: project, serviceAccount: $0)) }
            }
        case .slackWebhook: kind = required("url")?.secret().map { .slackWebhook(url: $0) }
        case .slack:
            let url = optional("url")?.safeURL() ?? "https://slack.com"
            to = optional("to")?.words() ?? ""
            kind = required("token")?.secret().map { .slack(SlackPlan(url: url, token: $0)) }
        case .pagerDuty:
            let url = optional("url")?.safeURL() ?? "https://events.pagerduty.com"
            let source = optional("source")?.words() ?? "guardia"
            kind = required("routing_key")?.secret().map {
                .pagerDuty(PagerDutyPlan(url: url, routingKey: $0, source: source))
            }
        case .email:
            to = optional("to")?.mailbox() ?? ""
            kind = email().map { .email($0) }
        case .webhook:
            let deadline = optional("deadline")?.duration(Milliseconds.seconds(1)...Milliseconds.minutes(1))
            let (headers, tls) = (headers(), verifiedTLS())
            kind = required("url")?.safeURL().map {
                .webhook(WebhookPlan(url: $0, headers: headers, tls: tls, deadline: deadline ?? .seconds(10)))
            }
        case .command:
            kind = command().map { .command($0) }
        }
        let changes = optional("changes")
        // PagerDuty keeps changes apart from incidents: they wake nobody.
        let tellsChanges = changes?.flag() ?? (type == .pagerDuty)
        guard let kind else { return nil }
        let channel = ChannelPlan(name: name, kind: kind, limit: limit, to: to, tellsChanges: tellsChanges)
        if tellsChanges, channel.needsAddress {
            changes?.error(
                "'changes': a change is for nobody in particular, and this channel needs an address",
                hint: type == .slack || type == .email ? "give the channel 'to'" : nil)
        }
        return channel
    }

    /// `limit: 30/min`, `burst: 10`.
    private func limit(_ usual: RateLimit) -> RateLimit {
        var limit =
            optional("limit")?.parse { text throws(Misfit) in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                let spans: [String: Milliseconds] = ["s": .seconds(1), "min": .minutes(1), "h": .hours(1)]
                guard parts.count == 2, let count = Int(parts[0]), (1...10_000).contains(count),
                    let span = spans[parts[1]]
                else { throw Misfit("\(text.quoted) is not a limit", hint: "write it as 1/s, 30/min or 100/h") }
                return RateLimit(count, per: span, burst: usual.burst)
            } ?? usual
        if let burst = optional("burst")?.integer(in: 1...1000) { limit.burst = burst }
        return limit
    }

    /// A messaging service sends messages, not calls.
    private func twilio(takesService: Bool) -> TwilioPlan? {
        let url = optional("url")?.safeURL() ?? "https://api.twilio.com"
        let account = required("account")?.sid(["AC"])
        let key = optional("api_key")?.sid(["SK"])
        let token = required("token")?.secret()
        let sender = takesService ? one(of: ["from", "messaging_service"]) : required("from")
        let from = sender.flatMap { $0.key == "from" ? $0.telephone() : $0.sid(["MG"]) }
        if takesService, sender == nil { error("an SMS needs 'from' or 'messaging_service'") }
        guard let account, let token, let from else { return nil }
        return TwilioPlan(url: url, account: account, user: key ?? account, password: token, from: from)
    }

    private func email() -> EmailPlan? {
        let host = required("host")?.parse { text throws(Misfit) in
            try Authority.check(text, hint: "write it as mail.example.com")
            guard !text.contains(":") else { throw Misfit("\(text.quoted) is not a host", hint: "the port is 'port'") }
            return text
        }
        let field = optional("encryption")
        let encryption =
            field?.choice(["starttls": EmailPlan.Encryption.starttls, "tls": .tls, "none": .none]) ?? .starttls
        let port = optional("port")?.integer(in: 1...65_535)
        let user = optional("user")
        let password = optional("password")
        let from = required("from")?.mailbox()
        if let host, encryption == .none, !Field.isLoopback(host) {
            field?.error(
                "'encryption': mail without encryption is taken for this machine alone", hint: "starttls or tls")
        }
        if (user == nil) != (password == nil) { error("'user' and 'password' go together") }
        if encryption == .none, let password {
            password.error("'password': it would go over the wire as it is", hint: "use starttls or tls")
        }
        let tls = verifiedTLS()
        guard let host, let from else { return nil }
        return EmailPlan(
            host: host, port: port ?? (encryption == .starttls ? 587 : encryption == .tls ? 465 : 25),
            encryption: encryption, user: user?.words(), password: password?.secret(), from: from, tls: tls)
    }

    private func command() -> CommandChannelPlan? {
        let deadline = optional("deadline")?.duration(Milliseconds.seconds(1)...Milliseconds.minutes(5)) ?? .seconds(30)
        var secrets: [String: Secret] = [:]
        for entry in optional("secrets")?.pairs() ?? [] where entry.value.variableName(entry.key, at: entry.place) {
            secrets[entry.key] = entry.value.secret()
        }
        guard let field = required("run") else { return nil }
        let words = field.texts()
        guard !words.isEmpty else {
            field.error("'run' needs the program and its arguments, as a list of words")
            return nil
        }
        return CommandChannelPlan(run: words, deadline: deadline, secrets: secrets)
    }

    /// A channel's secrets go to who proves who they are, or nowhere.
    private func verifiedTLS() -> TLSPolicy {
        let policy = tls()
        if !policy.verify { error("a channel's certificate is always verified", hint: "name its authority with 'ca'") }
        return policy
    }
}
