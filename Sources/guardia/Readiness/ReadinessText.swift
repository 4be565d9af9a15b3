import Foundation
import Launch

/// The poll as lines and as JSON.
struct ReadinessText {
    let poll: ReadinessPoll
    let board: Board
    let now: Moment

    private var zone: Zone { board.manifest?.zone ?? .utc }

    private func sign(_ verdict: ReadinessVerdict) -> String {
        switch verdict {
        case .go: "✓"
        case .hold: "!"
        case .unknown: "?"
        case .noGo: "✗"
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func age(_ age: Milliseconds) -> String { AmountText(.english).span(Double(age.count / 1000)) }

    var lines: [String] {
        var lines = ["\(sign(poll.verdict)) \(poll.summary)"]
        if let trouble = poll.trouble { lines[0] += "  \(trouble)" }
        if let hold = poll.hold {
            lines.append("! HOLD of the poll by \(hold.body.by), \(age(hold.at.age(at: now))) ago: \(hold.body.reason)")
        }
        for station in poll.stations { lines += self.lines(of: station, isWhole: false) }
        return lines + rollCall
    }

    func lines(of station: ReadinessPoll.Station, isWhole: Bool) -> [String] {
        var line =
            "\(sign(station.verdict)) \(padded(station.verdict.word, 8))\(padded(station.title, 24))  \(station.by)"
        if let since = station.since { line += " for \(age(since.age(at: now)))" }
        if !station.why.isEmpty { line += ": \(station.why)" }
        var lines = [line]
        for found in station.evidence where isWhole || found.verdict != .go {
            // What the line above has said already.
            if !isWhole, station.why.contains("\(found.title): \(found.text)") { continue }
            lines.append(
                "    \(sign(found.verdict)) \(found.title): \(found.text)"
                    + (found.age.map { ", \(age($0)) old" } ?? ""))
        }
        guard isWhole else { return lines }
        if let hold = station.hold { lines.append("    ! HOLD by \(hold.body.by): \(hold.body.reason)") }
        if let waiver = station.waiver {
            let until = PeopleText.time(waiver.body.until, zone)
            lines.append(
                station.hasWaiverLapsed
                    ? "    ✗ WAIVER EXPIRED \(until), it was by \(waiver.body.by): \(waiver.body.reason)"
                    : "    ! WAIVED by \(waiver.body.by) until \(until): \(waiver.body.reason)")
        }
        if let said = station.attestation {
            lines.append(
                "    \(said.body.by) said \(said.body.isGo ? "GO" : "NO-GO") until \(PeopleText.time(said.body.until, zone)): \(said.body.reason)"
            )
        }
        return lines
    }

    /// Who stands by.
    var rollCall: [String] {
        guard let plan = board.manifest?.readiness?.rollCall else { return [] }
        let log = board.readiness.rollCall
        guard let asked = log.asked, let at = log.askedAt else {
            return ["? roll-call  not called yet: guardia rollcall start"]
        }
        let people = plan.people.map {
            "\($0) \(ReadinessText.words(log.standing(of: $0, lasts: plan.lasts, at: now)))"
        }
        return ["  roll-call called \(age(at.age(at: now))) ago by \(asked.by): \(people.joined(separator: ", "))"]
    }

    static func words(_ standing: RollCallLog.Standing) -> String {
        switch standing {
        case .go: "GO"
        case .noGo(let answer): "NO-GO (\(answer.body.words))"
        case .waiting: "waiting"
        case .silent: "no answer"
        case .lapsed: "too old"
        case .notAsked: "not asked"
        }
    }

    // MARK: JSON

    struct Report: Encodable {
        var verdict: String
        var go: Int
        var stations: [Station]
        var trouble: String?
        var hold: Word?
        var reasons: [String]
        var at: String
    }

    struct Station: Encodable {
        var name: String
        var title: String
        var verdict: String
        var found: String
        var by: String
        var since: String?
        var why: String
        var evidence: [Evidence]
        var hold: Word?
        var waiver: Word?
        var waiverExpired: Bool
        var attestation: Word?
    }

    struct Evidence: Encodable {
        var check: String
        var verdict: String
        var found: String
        var ageSeconds: Double?
    }

    struct Word: Encodable {
        var by: String
        var reason: String
        var at: String
        var until: String?
        var go: Bool?
    }

    var report: Report {
        Report(
            verdict: poll.verdict.word, go: poll.goCount, stations: poll.stations.map { report(of: $0) },
            trouble: poll.trouble,
            hold: poll.hold.map { Word(by: $0.body.by, reason: $0.body.reason, at: PeopleText.utc($0.at.utc)) },
            reasons: poll.reasons, at: PeopleText.utc(now.utc))
    }

    func report(of station: ReadinessPoll.Station) -> Station {
        Station(
            name: station.name, title: station.title, verdict: station.verdict.word, found: station.found.word,
            by: station.by, since: station.since.map { PeopleText.utc($0.utc) }, why: station.why,
            evidence: station.evidence.map {
                Evidence(check: $0.title, verdict: $0.verdict.word, found: $0.text, ageSeconds: $0.age?.seconds)
            },
            hold: station.hold.map { Word(by: $0.body.by, reason: $0.body.reason, at: PeopleText.utc($0.at.utc)) },
            waiver: station.waiver.map {
                Word(
                    by: $0.body.by, reason: $0.body.reason, at: PeopleText.utc($0.at.utc),
                    until: PeopleText.utc($0.body.until))
            }, waiverExpired: station.hasWaiverLapsed,
            attestation: station.attestation.map {
                Word(
                    by: $0.body.by, reason: $0.body.reason, at: PeopleText.utc($0.at.utc),
                    until: PeopleText.utc($0.body.until), go: $0.body.isGo)
            })
    }
}
