/// The launch's security as one value, for the go or no-go of a launch: the worst station, how old the oldest evidence is, and
/// what stands against it.
package struct SecurityGate: Hashable, Sendable {
    package var verdict: Verdict
    /// Of the oldest evidence; nil where nothing was ever looked at.
    package var age: Milliseconds?
    /// What is not well, the worst first, as `tls: api.example.com: expires in 3 days`; bounded.
    package var reasons: [String]

    package init(verdict: Verdict, age: Milliseconds?, reasons: [String]) {
        self.verdict = verdict
        self.age = age
        self.reasons = reasons
    }
}

extension SecurityPosture {
    /// What a gate says of it now. Nothing looked at is unknown, and so is a station that was to be looked at and was not.
    ///
    /// - Parameter expected: the stations that the config asks for.
    package func gate(at now: Moment, expecting expected: [String] = []) -> SecurityGate {
        var reasons: [(verdict: Verdict, text: String)] = []
        for name in expected where self[name] == nil { reasons.append((.unknown, "\(name): was never looked at")) }
        for station in stations {
            let name = station.check.station
            let verdict = station.verdict(at: now)
            guard verdict > .ok else { continue }
            if station.freshness(at: now) == .lastKnown {
                reasons.append((.unknown, "\(name): the evidence is too old"))
                continue
            }
            let bad = station.check.items.filter { $0.verdict > .ok }
            if bad.isEmpty { reasons.append((verdict, "\(name): \(station.check.summary)")) }
            reasons += bad.prefix(5).map { ($0.verdict, "\(name): \($0.name): \($0.text)") }
        }
        let sorted = reasons.enumerated().sorted { ($1.element.verdict, $0.offset) < ($0.element.verdict, $1.offset) }
        let worst = Verdict.worst(stations.map { $0.verdict(at: now) } + reasons.map(\.verdict))
        return SecurityGate(
            verdict: worst, age: stations.map { $0.at.age(at: now) }.max(),
            reasons: sorted.prefix(20).map(\.element.text))
    }
}

extension SecurityPlan {
    /// The stations that this plan has the engine look at.
    package var stations: [String] {
        var names: [String] = []
        if let defences {
            names += ["defence", "refused"]
            if !defences.bans.isEmpty { names.append("bans") }
        }
        if tls != nil { names.append("tls") }
        if renewal != nil { names.append("renewal") }
        if compliance != nil { names.append("compliance") }
        if let scans {
            if !scans.reports.isEmpty { names.append("scan") }
            if scans.packages { names.append("packages") }
        }
        return names + ["audit"]
    }
}
