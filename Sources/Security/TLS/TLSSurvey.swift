package import Launch
package import Wire

/// Every endpoint of a plan, looked at and judged.
package struct TLSSurvey: Sendable {
    package struct Judged: Sendable {
        package var evidence: TLSEvidence
        package var judgement: TLSJudgement
    }

    package var judged: [Judged]

    /// - Parameter clockIsRight: whether dates can be judged by this machine's clock.
    package static func take(
        _ plan: TLSPlan, on reactor: Reactor, clock: any Clock, clockIsRight: Bool = true
    ) async -> TLSSurvey {
        let inspector = TLSInspector(
            on: reactor, clock: clock, nameServers: plan.nameServers ?? DNSClient.configured(),
            limit: plan.deadline.duration, stage: .milliseconds(max(500, plan.deadline.count / 3)))
        let evidence = await inspector.look(at: plan.endpoints)
        let now = clock.now().utc
        return TLSSurvey(
            judged: evidence.map {
                Judged(
                    evidence: $0, judgement: TLSJudgement($0, at: now, limits: plan.limits, clockIsRight: clockIsRight))
            })
    }

    package var verdict: Verdict { Verdict.worst(judged.map(\.judgement.verdict)) }

    /// What the journal is told.
    package func check(every: Milliseconds) -> SecurityCheck {
        let days = judged.compactMap(\.judgement.daysLeft).min()
        let bad = judged.filter { $0.judgement.verdict > .ok }.count
        return SecurityCheck(
            station: "tls",
            summary: "\(judged.count - bad) of \(judged.count) endpoints are well"
                + (days.map { ", the first certificate expires in \(Int($0.rounded(.down))) d" } ?? ""),
            items: judged.map { one in
                SecurityCheck.Item(
                    one.evidence.endpoint.title, one.judgement.verdict,
                    one.judgement.findings.first { $0.verdict > .ok }?.text ?? "nothing to object to",
                    number: one.judgement.daysLeft, mark: one.judgement.grade.letter.rawValue)
            }, every: every)
    }

    // MARK: For people

    package var lines: [String] {
        judged.flatMap { one -> [String] in
            let (evidence, judgement) = (one.evidence, one.judgement)
            let days = judgement.daysLeft.map { "\(Int($0.rounded(.down))) d left" } ?? "no certificate seen"
            var lines = [
                "\(TLSSurvey.label(judgement.verdict))  \(judgement.grade.letter.rawValue)  \(evidence.endpoint.title)  \(days)"
            ]
            if let leaf = evidence.chain.first {
                lines.append(
                    "      certificate  \(leaf.subject), by \(leaf.issuer), \(leaf.key) \(leaf.keyBits), \(leaf.signature)"
                )
            }
            let offered = TLSVersion.allCases.filter(evidence.offers)
            if !offered.isEmpty {
                lines.append(
                    "      offers       "
                        + offered.map { "\($0.name) (\(evidence.suiteNames(of: $0).count) suites)" }.joined(
                            separator: ", "))
            }
            if let authorities = evidence.authorities, !authorities.isEmpty {
                lines.append("      may issue    \(authorities.joined(separator: ", "))")
            }
            lines += judgement.findings.map { "      \(TLSSurvey.label($0.verdict))  \($0.text)" }
            lines += judgement.grade.reasons.prefix(4).map { reason in
                // Of a host that nothing is known of there is no grade to be better than.
                reason.cap == .ungraded
                    ? "      \(reason.text)" : "      not better than \(reason.cap.rawValue): \(reason.text)"
            }
            return lines
        }
    }

    private static func label(_ verdict: Verdict) -> String {
        switch verdict {
        case .ok: "ok  "
        case .unknown: "?   "
        case .warning: "WARN"
        case .critical: "CRIT"
        }
    }

    // MARK: For scripts

    package struct Report: Encodable, Sendable {
        package struct Finding: Encodable, Sendable {
            var verdict: String
            var code: String
            var text: String
        }

        package struct Certificate: Encodable, Sendable {
            var subject: String
            var issuer: String
            var serial: String
            var names: [String]
            var notBefore: Int64
            var notAfter: Int64
            var key: String
            var keyBits: Int
            var signature: String
            var fingerprint: String
        }

        var host: String
        var port: UInt16
        var address: String?
        var verdict: String
        var grade: String
        var score: Int?
        var gradeReasons: [String]
        var daysLeft: Double?
        var failure: String?
        var negotiated: String?
        var suite: String?
        /// By version: `offered`, `refused` or `unknown`.
        var versions: [String: String]
        var suites: [String: [String]]
        var suitesComplete: Bool
        var hsts: String?
        var chain: [Certificate]
        var findings: [Finding]
        var caa: [String]?
        var milliseconds: Int64
    }

    package var report: [Report] {
        judged.map { one in
            let (evidence, judgement) = (one.evidence, one.judgement)
            return Report(
                host: evidence.endpoint.host, port: evidence.endpoint.port, address: evidence.endpoint.address,
                verdict: "\(judgement.verdict)", grade: judgement.grade.letter.rawValue, score: judgement.grade.score,
                gradeReasons: judgement.grade.reasons.map { "\($0.cap.rawValue): \($0.text)" },
                daysLeft: judgement.daysLeft, failure: evidence.failure?.reason, negotiated: evidence.negotiated?.name,
                suite: evidence.suite?.name,
                versions: Dictionary(
                    uniqueKeysWithValues: evidence.versions.map { version, offer in
                        switch offer {
                        case .yes: (version.name, "offered")
                        case .no: (version.name, "refused")
                        case .unknown: (version.name, "unknown")
                        }
                    }),
                suites: Dictionary(
                    uniqueKeysWithValues: TLSVersion.allCases.map { ($0.name, evidence.suiteNames(of: $0)) }
                ).filter { !$0.value.isEmpty },
                suitesComplete: evidence.suitesComplete, hsts: evidence.hsts,
                chain: evidence.chain.map {
                    Report.Certificate(
                        subject: $0.subject, issuer: $0.issuer, serial: $0.serial, names: $0.names,
                        notBefore: $0.notBefore.seconds, notAfter: $0.notAfter.seconds, key: $0.key,
                        keyBits: $0.keyBits,
                        signature: $0.signature, fingerprint: $0.fingerprint)
                },
                findings: judgement.findings.map { .init(verdict: "\($0.verdict)", code: $0.code, text: $0.text) },
                caa: evidence.authorities, milliseconds: evidence.took.count)
        }
    }
}
