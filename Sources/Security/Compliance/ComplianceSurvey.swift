import Foundation
import Glibc
package import Launch
package import Wire

/// Gathers the evidence of compliance: looks, changes nothing, and dates each fact.
package struct ComplianceSurvey: Sendable {
    let reactor: Reactor
    private let clock: any Clock
    let secret: @Sendable (Secret) throws -> String
    static let deadline = Duration.seconds(60)

    package init(reactor: Reactor, clock: any Clock, secret: @escaping @Sendable (Secret) throws -> String) {
        self.reactor = reactor
        self.clock = clock
        self.secret = secret
    }

    private var now: Timestamp { clock.now().utc }

    func fact(_ id: String, _ state: ComplianceFact.State, _ text: String) -> ComplianceFact {
        ComplianceFact(id, state, text, at: now)
    }

    package func gather(_ plan: CompliancePlan) async -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let target = plan.postgres { facts += await database(plan, target) }
        if !plan.files.isEmpty { facts.append(await files(plan.files)) }
        if !plan.backups.isEmpty { facts.append(await backups(plan.backups)) }
        if !plan.volumes.isEmpty { facts.append(await volumes(plan.volumes)) }
        if let mercadoPago = plan.mercadoPago { facts += await payments(mercadoPago) }
        if let path = plan.arcaCertificate { facts.append(arca(path)) }
        return facts
    }

    private func arca(_ path: String) -> ComplianceFact {
        do throws(SecurityError) {
            let certificate = try CertificateReader.facts(pemFile: path)
            let days = Int(certificate.daysLeft(at: now).rounded(.down))
            if certificate.notBefore > now { return fact("arca.certificate", .fails, "it is not valid yet") }
            return days < 0
                ? fact("arca.certificate", .fails, "it expired \(-days) d ago")
                : fact("arca.certificate", .holds, "valid for \(days) d more")
        } catch {
            return fact("arca.certificate", .unknown, error.description)
        }
    }

    /// What other stations found, as far as it bears on compliance.
    package static func facts(of posture: SecurityPosture, audit: AuditPlan) -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let seen = posture["tls"] {
            // By the grades: a certificate that ends soon, or an edge that is down, is no weak cryptography.
            let marks = Set(seen.check.items.map { $0.mark ?? "?" })
            let state: ComplianceFact.State =
                !marks.isDisjoint(with: ["T", "M", "F"])
                ? .fails : marks.contains("?") || marks.isEmpty ? .unknown : .holds
            facts.append(
                ComplianceFact(
                    "tls", state,
                    "grades \(marks.sorted().joined(separator: ", ")) of \(seen.check.items.count) endpoints",
                    at: seen.at.utc))
        }
        for (station, id) in [("packages", "packages"), ("scan", "scans"), ("audit", "audit.chain")] {
            guard let seen = posture[station] else { continue }
            let state: ComplianceFact.State =
                switch seen.check.verdict {
                case .ok: .holds
                // What is not shipped is no change of the record.
                case .warning where station == "audit": .holds
                // Updates that wait, findings below critical: since when, and how risky, is for a person.
                case .warning, .unknown: .unknown
                case .critical: .fails
                }
            facts.append(ComplianceFact(id, state, seen.check.summary, at: seen.at.utc))
        }
        return facts
    }

    // MARK: Files

    private func files(_ paths: [String]) async -> ComplianceFact {
        var search = FileSearch()
        await search.look(in: paths)
        if search.cards > 0 {
            return fact(
                "pan.files", .fails, "\(search.cards) card numbers in \(search.hits.prefix(5).joined(separator: ", "))")
        }
        return fact(
            "pan.files", search.isWhole ? .holds : .unknown, "no card number in \(search.summary)")
    }

    private func backups(_ folders: [String]) async -> ComplianceFact {
        var (plain, unsure, sealed): ([String], [String], Int) = ([], [], 0)
        for folder in folders {
            let walk = await FileWalk.of([folder], limit: 100_000)
            unsure += walk.unread
            let names = walk.files.filter { path in
                ![".sha256", ".json", ".txt", ".manifest", ".sig"].contains(where: path.hasSuffix)
            }
            for path in names.suffix(500) {
                let name = String(path.dropFirst(folder.count + 1))
                if FileBytes.status(path)?.size == 0 { continue }
                var head: [UInt8] = []
                try? FileBytes.each(path, chunk: 64) { piece in
                    head += piece
                    return false
                }
                switch BackupSeal(first: head) {
                case .encrypted: sealed += 1
                case .plain(let kind): plain.append("\(name) (\(kind))")
                case .unknown: unsure.append(name)
                }
            }
        }
        if !plain.isEmpty {
            return fact(
                "backups", .fails,
                "\(plain.count) backups are not encrypted: \(plain.prefix(4).joined(separator: ", "))")
        }
        if !unsure.isEmpty || sealed == 0 {
            return fact(
                "backups", .unknown,
                sealed == 0 && unsure.isEmpty
                    ? "there is no backup" : "not known of \(unsure.prefix(4).joined(separator: ", "))")
        }
        return fact("backups", .holds, "\(sealed) backups, all encrypted")
    }

    // MARK: MercadoPago

    private func payments(_ plan: MercadoPagoPlan) async -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let reference = plan.token, !plan.files.isEmpty {
            do {
                let token = try secret(reference)
                var search = FileSearch()
                await search.look(in: plan.files, for: Array(token.utf8))
                facts.append(
                    search.secrets > 0
                        ? fact(
                            "mercadopago.token", .fails,
                            "the access token stands in \(search.hits.prefix(5).joined(separator: ", "))")
                        : fact(
                            "mercadopago.token", search.isWhole ? .holds : .unknown,
                            "the access token is not in \(search.summary)"))
            } catch {
                facts.append(fact("mercadopago.token", .unknown, "\(error)"))
            }
        }
        let evidence = await TLSInspector(on: reactor, clock: clock, limit: .seconds(15)).look(
            at: TLSEndpoint(host: plan.host, port: plan.port, authorities: plan.authorities, path: nil))
        let judgement = TLSJudgement(evidence, at: now)
        let bad = judgement.findings.filter { $0.verdict == .critical }
        switch evidence.failure {
        case .unreachable(let reason), .timedOut(let reason):
            facts.append(fact("mercadopago.tls", .unknown, "\(plan.host) cannot be asked: \(reason)"))
        default:
            facts.append(
                bad.isEmpty
                    ? fact(
                        "mercadopago.tls", .holds,
                        "\(plan.host): \(evidence.negotiated?.name ?? "TLS"), a trusted certificate, grade \(judgement.grade.letter.rawValue)"
                    )
                    : fact("mercadopago.tls", .fails, "\(plan.host): \(bad.map(\.text).joined(separator: ", "))"))
        }
        if let webhook = plan.webhook, let reference = plan.webhookSecret {
            facts.append(await self.webhook(webhook, reference))
        }
        return facts
    }

    /// A notification with a forged signature, and one that is a day old, must both be refused. A right one is not sent: it
    /// would be one.
    private func webhook(_ url: String, _ reference: Secret) async -> ComplianceFact {
        let key: String
        do { key = try secret(reference) } catch { return fact("mercadopago.webhook", .unknown, "\(error)") }
        let client = HTTPClient(on: reactor, maximumOfIdle: 0)
        let stamp = now.milliseconds
        let id = "guardia-probe"
        let forged = "ts=\(stamp),v1=\(String(repeating: "0", count: 64))"
        let old = MercadoPagoSignature.header(id: id, requestID: id, ts: "\(stamp - 86_400_000)", secret: key)
        for (name, signature) in [("a forged", forged), ("a replayed", old), ("an unsigned", "")] {
            var headers = [HTTPRequest.Header("Content-Type", "application/json"), .init("x-request-id", id)]
            if !signature.isEmpty { headers.append(.init("x-signature", signature)) }
            let address = url + (url.contains("?") ? "&" : "?") + "data.id=\(id)&type=payment"
            let body = #"{"type":"payment","action":"payment.updated","data":{"id":"guardia-probe"}}"#
            do throws(WireError) {
                let answer = try await client.send(
                    HTTPRequest(address, method: "POST", headers: headers, body: Array(body.utf8)),
                    deadline: .seconds(10))
                guard [400, 401, 403, 422].contains(answer.status) else {
                    return fact(
                        "mercadopago.webhook", (200..<300).contains(answer.status) ? .fails : .unknown,
                        "\(name) notification was answered with \(answer.status)")
                }
            } catch {
                return fact("mercadopago.webhook", .unknown, "the webhook cannot be asked: \(error.reason)")
            }
        }
        return fact("mercadopago.webhook", .holds, "forged, replayed and unsigned notifications are refused")
    }
}

extension ComplianceSurvey {
    /// How long the audit is kept, by the config.
    package static func facts(of audit: AuditPlan, at now: Timestamp) -> [ComplianceFact] {
        guard !audit.sources.isEmpty else {
            return [
                ComplianceFact("audit.retention", .unknown, "no audit is collected (security.audit.collect)", at: now)
            ]
        }
        let short = AuditClass.allCases.filter { (audit.keep[$0] ?? $0.usualRetention) < .days(365) }
        return [
            short.isEmpty
                ? ComplianceFact(
                    "audit.retention", .holds, "every class of collected audit is kept for a year or longer", at: now)
                : ComplianceFact(
                    "audit.retention", .fails,
                    "kept for less than a year: \(short.map(\.rawValue).joined(separator: ", "))", at: now)
        ]
    }
}
