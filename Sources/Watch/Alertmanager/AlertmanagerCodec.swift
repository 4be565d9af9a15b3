import Foundation
import Launch

/// Alertmanager's API v2 as values: what it answers, bounded, and what it is told.
enum AlertmanagerCodec {
    /// More than this of one Alertmanager is refused as a whole: half a picture would resolve what it leaves out.
    static let alertLimit = 20_000
    private static let labelLimit = 64
    private static let textLimit = 1024
    /// By which annotation an alert of guardia's own is known again.
    private static let mark = "guardia_alert"

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: What it answers

    private struct GivenAlert: Decodable {
        var labels: [String: String]
        var annotations: [String: String]?
        var startsAt: String
        var status: Status

        struct Status: Decodable {
            var silencedBy: [String]?
            var inhibitedBy: [String]?
        }
    }

    private struct GivenSilence: Decodable {
        var id: String
        var matchers: [Matcher]
        var startsAt: String
        var endsAt: String
        var createdBy: String
        var comment: String
        var status: Status

        struct Status: Decodable { var state: String }
    }

    private struct Matcher: Codable {
        var name: String
        var value: String
        var isRegex: Bool
        /// Left out by those before 0.22: then it is true.
        var isEqual: Bool?
    }

    /// - Parameter origin: this guardia, to know its own alerts again.
    static func alerts(
        _ body: [UInt8], of plan: AlertmanagerPlan, origin: String, now: Moment
    ) throws -> [OutsideAlert] {
        let given = try decode([GivenAlert].self, body)
        guard given.count <= alertLimit else {
            throw Refused(description: "\(given.count) alerts are more than \(alertLimit): narrow them by 'filter'")
        }
        return given.compactMap { alert in
            if alert.annotations?[mark]?.hasSuffix("@\(origin)") == true { return nil }
            let labels = Labels(
                Dictionary(
                    alert.labels.sorted { $0.key < $1.key }.prefix(labelLimit).map { (cut($0.key), cut($0.value)) },
                    uniquingKeysWith: { first, _ in first }))
            let name = labels["alertname"].isEmpty ? "unnamed" : labels["alertname"]
            let annotations = alert.annotations ?? [:]
            let summary = annotations["summary"] ?? annotations["description"] ?? annotations["message"] ?? name
            let runbook = annotations["runbook_url"] ?? annotations["runbook"]
            // Go's zero time, the year 1, is what a sender leaves that does not know when it began.
            let started = time(alert.startsAt).flatMap { $0 > Timestamp(seconds: 946_684_800) ? $0 : nil } ?? now.utc
            let facts = AlertEvent.Facts(
                rule: name, labels: labels, severity: severity(labels["severity"]), summary: cut(summary),
                runbook: runbook.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? cut($0) : nil },
                since: now.advanced(by: min(started - now.utc, 0)), policy: plan.policy, source: plan.name)
            return OutsideAlert(
                facts: facts, silences: (alert.status.silencedBy ?? []).map(cut),
                inhibitors: (alert.status.inhibitedBy ?? []).map { Fingerprint(cut($0)) })
        }
    }

    /// Those that count or will.
    static func silences(_ body: [UInt8], of plan: AlertmanagerPlan) throws -> [Silence] {
        try decode([GivenSilence].self, body).compactMap { given in
            guard given.status.state != "expired", let from = time(given.startsAt), let until = time(given.endsAt)
            else {
                return nil
            }
            let matchers = given.matchers.prefix(labelLimit).map { matcher in
                LabelMatcher(
                    name: cut(matcher.name), value: cut(matcher.value), isRegex: matcher.isRegex,
                    isEqual: matcher.isEqual ?? true)
            }
            return Silence(
                id: cut(given.id), matchers: Array(matchers), from: from, until: until, by: cut(given.createdBy),
                comment: cut(given.comment), source: plan.name)
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw Refused(description: "its answer is not what API v2 says: is this an Alertmanager?")
        }
    }

    private static func severity(_ text: String) -> Severity {
        switch text.lowercased() {
        case "critical", "page", "error", "emergency", "fatal", "high": .critical
        case "info", "none", "debug", "notice", "low": .info
        default: .warning
        }
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > textLimit else { return text }
        var short = text.prefix(textLimit)
        while short.utf8.count > textLimit { short = short.dropLast() }
        return String(short)
    }

    // MARK: What it is told

    private struct ToldAlert: Encodable {
        var labels: [String: String]
        var annotations: [String: String]
        var startsAt: String
        var endsAt: String
    }

    private struct ToldSilence: Encodable {
        var id: String?
        var matchers: [Matcher]
        var startsAt: String
        var endsAt: String
        var createdBy: String
        var comment: String
    }

    /// - Parameter endsAt: when it is over unless it is told again.
    static func body(
        _ alerts: [(facts: AlertEvent.Facts, endsAt: Timestamp)], runbook: Runbook = Runbook(), origin: String
    ) throws -> [UInt8] {
        try encode(
            alerts.map { alert in
                var annotations = ["summary": alert.facts.summary, mark: "\(alert.facts.fingerprint)@\(origin)"]
                if let place = alert.facts.runbook.map(runbook.place) {
                    // Its own pages make a link of `runbook_url`: what is no address is called otherwise.
                    annotations[place.hasPrefix("http") ? "runbook_url" : "runbook"] = place
                }
                return ToldAlert(
                    labels: alert.facts.matchable.values, annotations: annotations,
                    startsAt: text(min(alert.facts.since.utc, alert.endsAt)), endsAt: text(alert.endsAt))
            })
    }

    /// - Parameter id: the one that it changes; nil: it is new.
    static func body(_ silence: Silence, replacing id: String?) throws -> [UInt8] {
        try encode(
            ToldSilence(
                id: id,
                matchers: silence.matchers.map {
                    Matcher(name: $0.name, value: $0.value, isRegex: $0.isRegex, isEqual: $0.isEqual)
                }, startsAt: text(silence.from), endsAt: text(silence.until), createdBy: silence.by,
                comment: silence.comment))
    }

    private static func encode(_ value: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(value)) }

    // MARK: Times

    static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    static func time(_ text: String) -> Timestamp? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            if let date = try? style.parse(text) {
                return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
            }
        }
        return nil
    }
}
