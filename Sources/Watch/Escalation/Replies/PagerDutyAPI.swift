import FoundationEssentials
package import Launch
import Wire

/// PagerDuty's REST API: who has acknowledged an incident there, and who is on call.
package struct PagerDutyAPI: ReplySource {
    package let name = "pagerduty"
    package let channels: Set<String> = []
    private let plan: PagerDutyAPIPlan
    private let services: Set<String>
    private let context: ReplyContext

    /// - Parameter services: the channels of type pagerduty.
    package init(_ plan: PagerDutyAPIPlan, services: Set<String>, in context: ReplyContext) {
        self.plan = plan
        self.services = services
        self.context = context
    }

    private func headers() throws -> [HTTPRequest.Header] {
        [
            .init("Authorization", "Token token=\(try context.secret(plan.token))"),
            .init("Accept", "application/vnd.pagerduty+json;version=2"),
        ]
    }

    private struct Reference: Decodable {
        var id: String
        var summary: String?
        var email: String?
    }

    // MARK: Acknowledgements

    private struct Incidents: Decodable {
        struct Incident: Decodable {
            struct Acknowledgement: Decodable {
                var at: String
                var acknowledger: Reference
            }
            var id: String
            var acknowledgements: [Acknowledgement]?
        }
        var incidents: [Incident]
    }

    package func replies(to chains: [EscalationChain]) async throws -> [Reply] {
        var replies: [Reply] = []
        for chain in chains {
            let keys = Set(chain.references(onChannels: services)).filter { !$0.isEmpty }
            for key in keys.sorted() {
                let answer = try await context.get(
                    "\(plan.url)/incidents?incident_key=\(PercentEncoding.encode(key))&statuses%5B%5D=acknowledged",
                    try headers(), as: Incidents.self)
                for incident in answer.incidents {
                    // An older one was of a chain before, to the same incident.
                    for acknowledgement in incident.acknowledgements ?? []
                    where (RFC3339.seconds(acknowledgement.at) ?? 0) >= chain.at.utc.seconds {
                        let who = acknowledgement.acknowledger
                        replies.append(
                            Reply(
                                way: .pagerduty, reference: "\(incident.id)/\(acknowledgement.at)/\(who.id)",
                                sender: contact(of: who), text: "acknowledged at PagerDuty", escalation: chain.id,
                                isAcknowledgement: true))
                    }
                }
            }
        }
        return replies
    }

    /// The contact; whoever is none is still somebody whom PagerDuty let in.
    private func contact(of user: Reference) -> String {
        plan.users[user.id] ?? user.email.flatMap { plan.users[$0] } ?? "PagerDuty: \(user.summary ?? user.id)"
    }

    // MARK: On call

    private struct OnCalls: Decodable {
        struct OnCall: Decodable {
            var user: Reference
            var schedule: Reference?
        }
        var oncalls: [OnCall]
    }

    /// Who is on call by each of some schedules, as contacts; users that are no contact are left out.
    ///
    /// - Parameter schedules: our schedule's name by PagerDuty's id.
    package func onCall(_ schedules: [String: String], at now: Timestamp) async throws -> [String: String] {
        guard !schedules.isEmpty else { return [:] }
        let ids = schedules.keys.sorted().map { "schedule_ids%5B%5D=\(PercentEncoding.encode($0))" }.joined(
            separator: "&")
        let answer = try await context.get(
            "\(plan.url)/oncalls?\(ids)&earliest=true&include%5B%5D=users&limit=100", try headers(), as: OnCalls.self)
        var rota: [String: String] = [:]
        for onCall in answer.oncalls {
            guard let id = onCall.schedule?.id, let name = schedules[id] else { continue }
            let user = onCall.user
            if let contact = plan.users[user.id] ?? user.email.flatMap({ plan.users[$0] }) { rota[name] = contact }
        }
        return rota
    }
}

enum RFC3339 {
    /// Whole seconds since 1970 of `2026-03-09T03:12:45Z`, with an offset or a fraction.
    static func seconds(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.map { Int64($0.timeIntervalSince1970.rounded(.down)) }
    }
}

enum PercentEncoding {
    /// Everything but RFC 3986's unreserved characters.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95, 126].contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
