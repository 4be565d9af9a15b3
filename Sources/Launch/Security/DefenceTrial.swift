/// One request that a working defence answers in a known way: an attack that must be refused, or an honest request that must
/// not be.
package struct DefenceTrial: Hashable, Sendable {
    package enum Expectation: Hashable, Sendable {
        case passes
        case isRefused(Int)
    }

    package var name: String
    package var method: String
    package var path: String
    package var agent: String
    package var contentType: String?
    package var body: String?
    package var expectation: Expectation

    /// The name under which guardia's own requests come. It exempts them from nothing but being counted as attacks, and only
    /// where they come from a trusted address.
    package static let agent = "guardia-canary/trial"

    package init(
        _ name: String, _ expectation: Expectation, path: String, method: String = "GET",
        agent: String = DefenceTrial.agent, contentType: String? = nil, body: String? = nil
    ) {
        self.name = name
        self.expectation = expectation
        self.path = path
        self.method = method
        self.agent = agent
        self.contentType = contentType
        self.body = body
    }

    /// - Parameters:
    ///   - clean: a path that answers 200.
    ///   - mark: tells this look's requests apart in the logs.
    package static func all(_ plan: HardeningPlan, clean: String, mark: String) -> [DefenceTrial] {
        let base = clean + (clean.contains("?") ? "&" : "?") + "guardia=\(mark)"
        var trials = [DefenceTrial("clean", .passes, path: base)]
        if plan.waf != nil {
            // An honest sentence with what attacks are made of: apostrophe, dashes, marks.
            trials.append(
                DefenceTrial(
                    "clean text", .passes,
                    path: base + "&q=Peluquer%C3%ADa%20D%27Angelo%20-%20%C2%BFTen%C3%A9s%20turno%3F%20S%C3%AD%21"))
            let attacks = [
                ("sql injection", "q=1%27%20UNION%20SELECT%20password%20FROM%20users--%20"),
                ("cross-site scripting", "q=%3Cscript%3Ealert(document.cookie)%3C/script%3E"),
                ("path traversal", "file=../../../../etc/passwd"),
                ("command injection", "host=127.0.0.1%3Bcat%20/etc/passwd"),
            ]
            trials += attacks.map { DefenceTrial($0, .isRefused(403), path: "\(base)&\($1)") }
        }
        trials.append(DefenceTrial("method", .isRefused(405), path: base, method: "TRACK"))
        // A number of a company that does not exist: its last digit is wrong.
        trials.append(DefenceTrial("identity number in a URL", .isRefused(400), path: base + "&cuit=20-00000000-0"))
        return trials
    }

    /// What an answer to it shows.
    package func judge(_ status: Int, isDetecting: Bool = false) -> (verdict: Verdict, text: String) {
        switch expectation {
        case .passes:
            return (200...299).contains(status)
                ? (.ok, "answered \(status)")
                : (.critical, "an honest request is answered \(status): customers are turned away")
        case .isRefused(let expected):
            if status == expected { return (.ok, "refused (\(status))") }
            if status == 429 { return (.unknown, "answered 429: limited before it was looked at") }
            if isDetecting, expected == 403, status < 500 {
                return (.warning, "let through (\(status)): the firewall only detects, as the config says")
            }
            return status < 500
                ? (.critical, "let through: answered \(status), not \(expected)")
                : (.unknown, "answered \(status): whether it would be refused is not known")
        }
    }
}

/// A burst that must meet a limit.
package struct LimitTrial: Hashable, Sendable {
    /// The limit: a class, `uri` or `agent`.
    package var name: String
    package var limit: RequestLimit
    private var start: String
    private var isOneURI: Bool

    package static func all(_ plan: HardeningPlan) -> [LimitTrial] {
        let paths = Dictionary(
            plan.classes.map { ($0.name, $0.paths.first ?? "/") }, uniquingKeysWith: { one, _ in one })
        var trials = plan.limits.map { name, limit in
            LimitTrial(name: name, limit: limit, start: paths[name] ?? "/", isOneURI: false)
        }
        if let uri = plan.uri { trials.append(LimitTrial(name: "uri", limit: uri, start: "/", isOneURI: true)) }
        if let agent = plan.agent {
            trials.append(LimitTrial(name: "agent", limit: agent, start: "/", isOneURI: false))
        }
        return trials
    }

    package var agent: String { "guardia-canary/\(name)" }

    /// Each of its own, where not one URI is what is limited.
    package func path(_ index: Int) -> String {
        (start.hasSuffix("/") ? start : start + "/") + "guardia-canary" + (isOneURI ? "" : "-\(index)")
    }

    /// How many requests the limit lets through at most within a time, and one more.
    package func needed(in seconds: Double) -> Int { limit.burst + 2 + Int((limit.perSecond * seconds).rounded(.up)) }

    /// - Parameters:
    ///   - sent: how many were sent before one was refused, or at all.
    ///   - seconds: how long it took.
    package func judge(sent: Int, refused: Bool, seconds: Double) -> (verdict: Verdict, text: String) {
        if refused {
            return (.ok, "a burst meets 429 after \(sent - 1) requests (\(limit.rate), burst \(limit.burst))")
        }
        guard sent >= needed(in: seconds) else {
            return (.unknown, "\(sent) requests in \(Int(seconds * 1000)) ms are too few to meet the limit")
        }
        return (.critical, "\(sent) requests in \(Int(seconds * 1000)) ms, none refused: there is no limit")
    }
}
