import Launch

/// The kinds of probes: their word, their pace, and what they look at.
enum ProbeType {
    case postgres, redis, http, nginx, metrics, prometheus, host, clock, tls, command, door, journey, vantage

    static let words: KeyValuePairs<String, ProbeType> = [
        "postgres": .postgres, "redis": .redis, "http": .http, "nginx": .nginx, "metrics": .metrics,
        "prometheus": .prometheus, "host": .host, "clock": .clock, "tls": .tls, "command": .command, "door": .door,
        "journey": .journey, "vantage": .vantage,
    ]

    /// A certificate does not change by the second, and a Prometheus scrapes every 15 s.
    var defaultInterval: Milliseconds {
        switch self {
        case .tls: .minutes(5)
        case .clock: .seconds(30)
        case .command, .journey: .minutes(1)
        case .vantage: .seconds(30)
        case .prometheus: .seconds(15)
        default: .seconds(1)
        }
    }

    var defaultDeadline: Milliseconds {
        switch self {
        case .tls, .command, .vantage: .seconds(10)
        case .journey: .seconds(20)
        default: .seconds(2)
        }
    }

    func read(_ fields: Fields, _ details: inout MeasureDetails) -> Probe.Target {
        switch self {
        case .postgres:
            .postgres(fields.postgres(&details))
        case .redis: .redis(fields.redis(&details))
        case .http: .http(fields.http())
        case .nginx:
            .nginx(
                NginxTarget(
                    statusURL: fields.required("status")?.url() ?? "", tls: fields.tls(),
                    testCommand: fields.optional("test")?.argv() ?? [],
                    testInterval: fields.optional("test_every")?.duration(
                        Milliseconds.seconds(10)...Milliseconds.days(1))
                        ?? .minutes(5)))
        case .metrics: .metrics(fields.metrics(&details))
        case .prometheus:
            .prometheus(
                PrometheusTarget(
                    url: fields.required("url")?.url() ?? "", headers: fields.headers(), tls: fields.tls(),
                    questions: fields.questions("queries", text: "query", isRequired: true, &details)))
        case .host:
            .host(
                HostTarget(
                    exporterURL: fields.optional("exporter")?.url(), tls: fields.tls(),
                    mount: fields.optional("mount")?.path() ?? "/"))
        case .clock:
            .clock(
                ClockTarget(
                    urls: fields.optional("urls")?.items().compactMap { $0.url() } ?? [], tls: fields.tls(),
                    kernel: fields.optional("kernel")?.flag() ?? true))
        case .tls:
            .tls(TLSTarget(url: fields.required("url")?.endpoint() ?? ""))
        case .command:
            .command(
                CommandTarget(
                    argv: fields.required("run")?.argv() ?? [],
                    perfdata: fields.questions("perfdata", text: "label", isRequired: false, &details)))
        case .door:
            .door(
                DoorTarget(
                    url: fields.required("url")?.url() ?? "", tls: fields.tls(),
                    folder: fields.required("folder")?.path() ?? "",
                    colours: fields.optional("colours")?.items().compactMap { $0.identifier() } ?? ["blue", "green"]))
        case .journey: .journey(fields.journey())
        case .vantage: .vantage(fields.vantage(&details))
        }
    }
}

extension Fields {
    fileprivate func postgres(_ details: inout MeasureDetails) -> PostgresTarget {
        details.isSQL = true
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        return PostgresTarget(
            host: required("host")?.text() ?? "",
            port: optional("port")?.integer(in: 1...65_535) ?? 5432,
            database: required("database")?.text() ?? "", user: required("user")?.text() ?? "",
            password: optional("password")?.secret(),
            sslMode: optional("sslmode")?.oneOf(modes) ?? "prefer",
            sslRootCertificate: optional("sslrootcert")?.existingFile(),
            questions: questions("queries", text: "query", isRequired: false, &details),
            vitals: optional("vitals")?.flag() ?? true)
    }

    fileprivate func redis(_ details: inout MeasureDetails) -> RedisTarget {
        var target = redisServer("this probe")
        target.questions = questions("commands", text: "command", isRequired: false, &details)
        return target
    }

    /// Where a Redis is and how to get in.
    func redisServer(_ context: String) -> RedisTarget {
        let address = one(of: ["socket", "host"])
        let isSocket = address?.key == "socket"
        if address == nil { error("'host' or 'socket' is missing in \(context)") }
        let tls = optional("tls").flatMap { field -> TLSPolicy? in
            // `true` trusts the system's authorities; a mapping says more, as with any other address.
            if field.isMapping { return field.tlsPolicy() }
            return field.flag() == true ? TLSPolicy() : nil
        }
        if tls != nil, isSocket { error("a Unix socket has no TLS: leave 'tls' out, or give 'host'") }
        return RedisTarget(
            socket: isSocket ? address?.path() : nil, host: (isSocket ? nil : address?.text()) ?? "127.0.0.1",
            port: optional("port")?.integer(in: 1...65_535) ?? 6379, username: optional("username")?.text(),
            password: optional("password")?.secret(), database: optional("database")?.integer(in: 0...1023) ?? 0,
            tls: tls)
    }

    fileprivate func http() -> HTTPTarget {
        let usual = HTTPTarget(url: "")
        let expectation = expectation()
        let version =
            optional("version")?.mapping { fields -> HTTPTarget.VersionSource? in
                let source = fields.one(of: ["header", "json"])
                if source == nil { fields.error("'version' needs 'header' or 'json'") }
                guard let source, let text = source.text() else { return nil }
                if source.key == "header" { return .header(text) }
                return source.source.pointer(text, at: source.place).map { .json(pointer: $0) }
            } ?? nil
        return HTTPTarget(
            url: required("url")?.url() ?? "", method: optional("method")?.oneOf(["GET", "HEAD", "POST"]) ?? "GET",
            headers: headers(), body: optional("body")?.text(), tls: tls(),
            expectedStatuses: expectation.statuses ?? usual.expectedStatuses, assertions: expectation.assertions,
            version: version,
            cacheHeader: optional("cache_header")?.text(),
            window: optional("window")?.duration(Milliseconds.seconds(1)...Milliseconds.hours(1)) ?? usual.window,
            bodyLimit: optional("body_limit")?.size(in: 1024...1 << 28) ?? usual.bodyLimit)
    }

    // MARK: Parts that several kinds share

    /// `expect: {status: 200, contains: …, json: {/status: ok}}`
    func expectation() -> (statuses: ClosedRange<Int>?, assertions: [HTTPTarget.BodyAssertion]) {
        optional("expect")?.mapping { fields -> (ClosedRange<Int>?, [HTTPTarget.BodyAssertion]) in
            let statuses = fields.optional("status")?.statuses()
            var assertions: [HTTPTarget.BodyAssertion] = []
            if let contains = fields.optional("contains") {
                let texts = contains.isList ? contains.texts() : [contains.text()].compactMap(\.self)
                assertions += texts.map { .contains($0) }
            }
            for entry in fields.optional("json")?.pairs() ?? [] {
                let pointer = entry.value.source.pointer(entry.key, at: entry.place)
                if let pointer, let text = entry.value.text() {
                    assertions.append(.json(pointer: pointer, equals: text))
                }
            }
            return (statuses, assertions)
        } ?? (nil, [])
    }

    func tls() -> TLSPolicy { optional("tls")?.tlsPolicy() ?? TLSPolicy() }

    func headers() -> [Header] {
        (optional("headers")?.pairs() ?? []).compactMap { entry in
            entry.value.header(named: entry.key, at: entry.place)
        }
    }

    /// Numbers of the user's own: `- {name, query, unit, title, thresholds}`.
    fileprivate func questions(
        _ key: String, text: String, isRequired: Bool, _ details: inout MeasureDetails
    ) -> [Question] {
        guard let list = isRequired ? required(key) : optional(key) else { return [] }
        var questions: [Question] = []
        for item in list.items() {
            let question = item.mapping { fields -> Question? in
                let name = fields.required("name")?.identifier()
                if let name, questions.contains(where: { $0.name == name }) {
                    fields.error("a second '\(name)' in '\(key)'")
                }
                // One without a name is read for what else is wrong with it, and brings nothing.
                var own = name == nil ? MeasureDetails() : details
                own.titles[name ?? ""] = fields.optional("title")?.words()
                own.thresholds[name ?? ""] = fields.optional("thresholds")
                var question = Question(
                    name: name ?? "", text: fields.required(text)?.text() ?? "",
                    unit: fields.optional("unit")?.unit() ?? .count)
                if text != "label" { fields.refine(&question, text: text, &own) }
                guard name != nil else { return nil }
                details = own
                return question
            }
            if let question, let question { questions.append(question) }
        }
        return questions
    }
}

extension Fields {
    /// What a question may ask besides its number: by region, of how many events, a week ago.
    fileprivate func refine(_ question: inout Question, text key: String, _ details: inout MeasureDetails) {
        let name = question.name
        let isSQL = details.isSQL
        let fan = key == "command" ? nil : optional("by")?.fanOut()
        question.by = fan?.fan
        if let fan { details.fans[name] = fan.titles }
        question.few = few(of: name, fan, &details)
        if isSQL {
            question.column = optional("column")?.text()
        } else {
            let count = optional("count")
            question.count = count?.text()
            if question.few != nil, count == nil {
                error("'few' needs 'count': what brings the number of events")
            } else if question.few == nil {
                count?.error("'count' belongs to 'few': how many events are too few")
            }
        }
        guard key == "query", let weeks = optional("weeks") else { return }
        question.weeks = weeks.integer(in: 1...8) ?? 1
        if question.by != nil { weeks.error("'weeks' and 'by' do not go together") }
        if isSQL, !question.text.contains("$1") {
            weeks.error(
                "a query that is asked for earlier weeks, too, needs $1, how long ago",
                hint: "write now() - $1::interval in place of now()")
        }
        let hours = optional("hours")
        question.hours = hours?.parse(CalendarText.window)
        if question.weeks < Question.leastWeeks {
            hours?.error("'hours' says when a deviation from \(Question.leastWeeks) weeks or more is judged")
        }
    }
}

extension Field {
    func oneOf(_ words: [String]) -> String? {
        parse { text throws(Misfit) in
            guard words.contains(text) else {
                throw Misfit(
                    "\(text.quoted) is none of \(words.joined(separator: ", "))",
                    hint: Nearest.hint(for: text, among: words))
            }
            return text
        }
    }

    /// A command as a list of words: there is no shell to split a line.
    func argv() -> [String]? {
        guard isList else {
            error("'\(key)' needs a list of words, there is no shell", hint: "write it as [nginx, -t]")
            return nil
        }
        let words = texts()
        if words.isEmpty { error("'\(key)' names no program") }
        return words
    }

    /// `200` or `200-299`.
    fileprivate func statuses() -> ClosedRange<Int>? {
        parse { text throws(Misfit) in
            let ends = text.split(separator: "-", maxSplits: 1).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, 100 <= first, first <= last, last <= 599
            else { throw Misfit("\(text.quoted) is not a range of statuses", hint: "write it as 200 or 200-299") }
            return first...last
        }
    }

    /// `host:port` or an https address.
    fileprivate func endpoint() -> String? {
        guard case .scalar(let scalar) = node.content, !scalar.text.contains("://") else { return url() }
        return parse { text throws(Misfit) in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, let port = Int(parts[1]), (1...65_535).contains(port) else {
                throw Misfit("\(text.quoted) is not host:port", hint: "write it as api.example.com:443")
            }
            return text
        }
    }

    /// Headers that carry a credential: their value never stands in the file.
    private static let secretHeaders: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "apikey", "api-key",
    ]

    func header(named header: String, at place: Place) -> Header? {
        let tokens = Set("!#$%&'*+-.^_`|~".utf8)
        guard !header.isEmpty,
            header.utf8.allSatisfy({
                tokens.contains($0) || (48...57).contains($0) || (65...90).contains($0 & 0xDF)
            })
        else {
            source.findings.error(place, "\(header.quoted) is not the name of a header")
            return nil
        }
        if isMapping {
            return mapping { fields -> Header? in
                let value = fields.one(of: ["bearer", "secret"])
                let prefix = fields.optional("prefix")?.text()
                if value == nil { fields.error("the header '\(header)' needs 'bearer' or 'secret'") }
                guard let value, let secret = value.secret() else { return nil }
                return Header(
                    name: header,
                    value: .secret(prefix: prefix ?? (value.key == "bearer" ? "Bearer " : ""), secret))
            } ?? nil
        }
        if Self.secretHeaders.contains(header.lowercased()) {
            error(
                "the header '\(header)' carries a secret, which never stands in this file",
                hint: "write it as \(header): {bearer: env:NAME}")
            return nil
        }
        return parse { text throws(Misfit) in
            guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
                throw Misfit("\(text.quoted) has a control character")
            }
            return Header(name: header, value: .plain(text))
        }
    }
}

extension Source {
    /// A JSON pointer (RFC 6901).
    func pointer(_ text: String, at place: Place) -> String? {
        guard text.isEmpty || text.hasPrefix("/") else {
            findings.error(place, "\(text.quoted) is not a JSON pointer", hint: "begin it with /, as in /status")
            return nil
        }
        return text
    }
}

extension Field {
    /// `{verify: true, ca: FILE, certificate: FILE, key: FILE}`
    fileprivate func tlsPolicy() -> TLSPolicy? {
        mapping { fields in
            let verify = fields.optional("verify")
            let isVerified = verify?.flag() ?? true
            if let verify, !isVerified {
                verify.source.findings.warn(verify.place, "certificates are not verified: anyone in between can answer")
            }
            return TLSPolicy(
                verify: isVerified, caFile: fields.optional("ca")?.existingFile(),
                clientCertificate: fields.optional("certificate")?.existingFile(),
                clientKey: fields.optional("key")?.existingFile())
        }
    }
}
