import FlyingFox
import FoundationEssentials
import Synchronization

/// PagerDuty in miniature: events and changes, incidents, and who acknowledged them.
final class FakePagerDuty: Sendable {
    private struct Event: Decodable {
        struct Payload: Decodable {
            var summary: String?
            var severity: String?
        }
        var routing_key: String?
        var event_action: String?
        var dedup_key: String?
        var payload: Payload?
    }

    private struct Accepted: Encodable {
        var status = "success"
        var message = "Event processed"
        var dedup_key: String?
    }

    private struct Refused: Encodable {
        var status = "invalid event"
        var message = "Event object is invalid"
        var errors: [String]
    }

    private struct Incident: Encodable {
        struct Acknowledgement: Encodable {
            struct Acknowledger: Encodable {
                var id: String
                var summary: String
            }
            var at: String
            var acknowledger: Acknowledger
        }
        var id: String
        var incident_key: String
        var status: String
        var acknowledgements: [Acknowledgement]
    }

    private struct Incidents: Encodable {
        var incidents: [Incident]
    }

    private static let memory = 1000

    private let inbox: Inbox
    /// By dedup key.
    private let incidents = Mutex<[String: Incident]>([:])

    init(inbox: Inbox) { self.inbox = inbox }

    /// Somebody acknowledges in PagerDuty's application: `key`, else every open incident; `user`.
    func acknowledge(_ request: HTTPRequest) async -> HTTPResponse {
        let form = (try? await request.form()) ?? [:]
        let user = form["user"] ?? "PANA"
        let count = incidents.withLock { incidents in
            let keys = form["key"].map { [$0] } ?? incidents.filter { $0.value.status == "triggered" }.map(\.key)
            var count = 0
            for key in keys where incidents[key] != nil {
                incidents[key]?.status = "acknowledged"
                incidents[key]?.acknowledgements.append(
                    .init(at: Date.now.formatted(.iso8601), acknowledger: .init(id: user, summary: user)))
                count += 1
            }
            return count
        }
        return count > 0 ? .text(200, "ok\n") : .text(404, "no such incident\n")
    }

    func answer(_ request: HTTPRequest, _ path: [String]) async -> HTTPResponse {
        switch (request.method, path.joined(separator: "/")) {
        case (.POST, "v2/enqueue"): return await take(request)
        case (.POST, "v2/change/enqueue"):
            guard let event: Event = await request.json(), let summary = event.payload?.summary else {
                return .json(400, Refused(errors: ["'payload.summary' is missing or blank"]))
            }
            inbox.add("pagerduty-change", to: "", summary)
            return .json(202, Accepted())
        case (.GET, "incidents"):
            let key = request.query("incident_key")
            let status = request.query("statuses[]") ?? request.query("statuses%5B%5D")
            let found = incidents.withLock { incidents in
                incidents.values.filter { (key == nil || $0.incident_key == key) && (status == nil || $0.status == status) }
            }
            return .json(200, Incidents(incidents: found))
        case (.GET, "oncalls"): return .json(200, ["oncalls": [String]()])
        default: return .text(404, "")
        }
    }

    private func take(_ request: HTTPRequest) async -> HTTPResponse {
        guard let event: Event = await request.json() else { return .json(400, Refused(errors: ["not JSON"])) }
        guard event.routing_key?.isEmpty == false else {
            return .json(400, Refused(errors: ["'routing_key' is missing or blank"]))
        }
        guard let key = event.dedup_key, let action = event.event_action,
            ["trigger", "acknowledge", "resolve"].contains(action)
        else { return .json(400, Refused(errors: ["'event_action' or 'dedup_key' is missing or wrong"])) }
        if action == "trigger", event.payload?.summary == nil {
            return .json(400, Refused(errors: ["'payload.summary' is missing or blank"]))
        }
        inbox.add("pagerduty", to: key, [action, event.payload?.severity, event.payload?.summary].compactMap { $0 }.joined(separator: " "))
        incidents.withLock { incidents in
            if incidents.count >= FakePagerDuty.memory { incidents.removeAll() }
            switch action {
            case "trigger" where incidents[key] == nil || incidents[key]?.status == "resolved":
                incidents[key] = Incident(
                    id: "Q\(UInt32.random(in: 1 ... .max))", incident_key: key, status: "triggered", acknowledgements: [])
            case "acknowledge": if incidents[key]?.status == "triggered" { incidents[key]?.status = "acknowledged" }
            case "resolve": incidents[key]?.status = "resolved"
            default: break
            }
        }
        return .json(202, Accepted(dedup_key: key))
    }
}
