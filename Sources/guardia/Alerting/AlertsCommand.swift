import ArgumentParser
import Foundation
import Journal
import Launch

/// `guardia alerts`: what fires.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "List what fires: worst first, what nobody has taken before the rest.",
        discussion: """
            Exit codes: 0 it was listed, whatever fires, 1 the journal cannot be read, 2 wrong usage or no such journal, 4 it was \
            listed, and the engine is silent, or cannot write the journal: then the first line says since when, or why, and the \
            rest is what was last known. Below the alerts stand the checks that are not well and that no alert speaks for, and the \
            chains that ring for none: what somebody escalated in words of their own. What is pending is counted; --all lists it. \
            The dashboard's header counts the same. --json has the alerts alone, and before them, where the engine is silent, \
            {"engineSilent":true,"engineSilentSince":…}; where it cannot write, {"notRecording":…}; of a copy, {"copyEnds":…}.
            """)

    @OptionGroup var journal: JournalSource

    @Flag(help: "Also what is pending, and what has ended lately.")
    var all = false

    @Flag(help: "One JSON object a line, times in UTC.")
    var json = false

    struct Row: Encodable {
        var fingerprint: String
        var state: String
        var severity: String
        var rule: String
        var labels: [String: String]
        var summary: String
        var runbook: String?
        var series: String?
        /// The value with which it fired.
        var value: Double?
        /// The value of the series now; nil where it is not known, or where the two are not to be compared.
        var valueNow: Double?
        var since: String
        var acknowledgedBy: String?
        var acknowledgedUntil: String?
        var silences: [String]
        var inhibitors: [String]
        var policy: String?
        var source: String?
        var firings: Int

        init(_ alert: Alert, valueNow: Double?) {
            fingerprint = alert.id.text
            state = AlertsCommand.state(alert)
            severity = alert.facts.severity.rawValue
            rule = alert.facts.rule
            labels = alert.facts.labels.values
            summary = alert.facts.summary
            runbook = alert.facts.runbook
            series = alert.facts.series?.name
            value = alert.facts.value
            self.valueNow = valueNow
            since = AlertsCommand.utc(alert.facts.since.utc)
            acknowledgedBy = alert.acknowledged?.body.by
            acknowledgedUntil = alert.acknowledged?.body.until.map(AlertsCommand.utc)
            silences = alert.silences
            inhibitors = alert.inhibitors.map(\.text)
            policy = alert.facts.policy
            source = alert.facts.source
            firings = alert.firings
        }
    }

    /// What a script must know before the alerts: that they are not of now.
    private struct Caveat: Encodable {
        var engineSilent: Bool?
        /// Nil where no engine was ever heard in this journal.
        var engineSilentSince: String?
        var copyEnds: String?
        /// Why the engine cannot write the journal.
        var notRecording: String?
    }

    private static func utc(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000).formatted(.iso8601)
    }

    func run() throws {
        let board: Board
        let path = try journal.path()
        do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
            throw Failure.failed(error)
        }
        var now = SystemClock().now()
        var silence: EngineSilence?
        let zone = board.manifest?.zone ?? .utc
        if board.heartbeat == nil, let end = board.tracks.compactMap(\.lookedAt).max(by: { $0.utc < $1.utc }) {
            // A journal without a heartbeat was taken away from its engine: a copy, an export.
            let text =
                "a copy, which ends \(AlertDesk.time(end.utc, zone: zone, now: now.utc)): what follows was so then"
            now = end
            json ? Output.json(Caveat(copyEnds: AlertsCommand.utc(end.utc))) : Output.line(text)
        } else {
            silence = EngineSilence(board.heartbeat, at: now)
        }
        if let silence {
            json
                ? Output.json(
                    Caveat(engineSilent: true, engineSilentSince: silence.since.map { AlertsCommand.utc($0.utc) }))
                : Output.line(
                    "ENGINE SILENT: \(silence.words(in: zone)): nothing new fires, nobody is told, and what follows is what was "
                        + "last known")
        }
        let lost = silence == nil ? board.heartbeat?.notRecording : nil
        if let lost {
            json
                ? Output.json(Caveat(notRecording: lost))
                : Output.line(
                    "NOT RECORDING: \(lost): the engine judges and tells people, and what follows is what the journal had last"
                )
        }
        var alerts = board.alerts.sorted.filter { all || $0.state == .firing }
        if all { alerts += board.alerts.alerts.values.filter { $0.state == .pending }.sorted { $0.id < $1.id } }
        if json {
            for alert in alerts {
                let current = alert.valueNow(on: board, at: now, engineSilent: board.isSilent(at: now))
                Output.json(Row(alert, valueNow: current?.value))
            }
            if silence != nil || lost != nil { throw AlertsCommand.silent }
            return
        }
        let text = AmountText(board.manifest?.figures ?? .argentine)
        for alert in alerts {
            var line = "\(alert.id)  \(AlertsCommand.padded(alert.facts.severity.rawValue.uppercased(), 8))  "
            line += AlertsCommand.padded(AlertsCommand.state(alert), 12)
            line +=
                "  \(AlertsCommand.padded(text.span(alert.firesSince.age(at: now).seconds), 12))  \(alert.facts.summary)"
            line += AlertsCommand.change(alert, on: board, at: now, text)
            if let given = alert.acknowledged, alert.state != .resolved {
                line += "  (\(given.body.by)"
                line += given.body.until.map { " until \(AlertDesk.time($0, zone: zone, now: now.utc))" } ?? ""
                line += given.body.comment.isEmpty ? ")" : ": \(given.body.comment))"
            }
            Output.line(line)
        }
        let (chains, feed) = (board.escalations.withoutAlert, FeedList(board))
        let checks = feed.items.filter { $0.id.series != nil && $0.standing == .open }
        for check in checks { Output.line(AlertsCommand.told(check, on: board, at: now, text)) }
        if alerts.isEmpty {
            let isAll = chains.isEmpty && checks.isEmpty
            Output.line(
                silence == nil && lost == nil
                    ? isAll ? "nothing fires" : "no alert fires"
                    : isAll
                        ? "nothing was known to fire: whether something does now nobody knows"
                        : "no alert was known to fire")
        }
        for chain in chains { Output.line(chain.told(at: now)) }
        if !all, !feed.pending.isEmpty {
            Output.line("\(feed.pending.count) pending, nobody is told yet: guardia alerts --all lists what")
        }
        if silence != nil || lost != nil { throw AlertsCommand.silent }
    }

    /// It was listed, and is not of now.
    private static let silent = ExitCode(4)

    /// A check that is not well and that no alert speaks for, in the columns of the alerts.
    private static func told(_ item: FeedItem, on board: Board, at now: Moment, _ text: AmountText) -> String {
        guard let id = item.id.series, let entry = board.feed[id] else { return "" }
        let track = board.track(id)
        let since = (entry.since ?? entry.at).age(at: now)
        var line = "\(padded("–", 16))  \(padded("\(entry.change.to)".uppercased(), 8))  \(padded("no alert", 12))"
        line += "  \(padded(text.span(since.seconds), 12))  \(track?.series.title ?? id.name)"
        if let reason = entry.change.reason { return line + ": " + reason }
        guard let unit = track?.series.unit, unit != .verdict, let value = track?.number ?? entry.change.value else {
            return line
        }
        let thresholds = track?.series.thresholds
        let bound = entry.change.to == .critical ? thresholds?.critical : thresholds?.warning
        return line + " " + text.amount(value, unit, against: bound) + (bound.map { " " + text.bound($0, unit) } ?? "")
    }

    /// A summary keeps the figures with which it fired: what they were, and what they are.
    private static func change(_ alert: Alert, on board: Board, at now: Moment, _ text: AmountText) -> String {
        if alert.state == .firing, let track = alert.facts.series.flatMap({ board.track($0) }),
            track.series.tellsWhetherUp,
            track.number.map({ $0 >= 1 }) ?? false, !board.isSilent(at: now)
        {
            // What fired says that it is down; it fires on for a while.
            return "  (up again, not yet over)"
        }
        if alert.isRecovering, !board.isSilent(at: now) { return "  (well again, not yet over)" }
        guard let old = alert.facts.value,
            let (value, unit) = alert.valueNow(on: board, at: now, engineSilent: board.isSilent(at: now))
        else { return "" }
        let (then, current) = (
            text.amount(old, unit, against: alert.facts.bound), text.amount(value, unit, against: alert.facts.bound)
        )
        return then == current ? "" : "  (then \(then), now \(current))"
    }

    static func state(_ alert: Alert) -> String {
        switch alert.state {
        case .pending: "pending"
        case .resolved: "resolved"
        case .firing:
            !alert.silences.isEmpty
                ? "silenced"
                : !alert.inhibitors.isEmpty ? "inhibited" : alert.acknowledged != nil ? "acknowledged" : "firing"
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
