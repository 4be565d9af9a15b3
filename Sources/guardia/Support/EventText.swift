import Foundation
import Launch

/// One event as a line of text, for `guardia journal tail`.
enum EventText {
    /// `2026-03-12 14:38:02 ART  12  verdict.changed  redis.memory_used ok → warning 82 > 80`
    static func line(
        _ event: Event, zone: Zone, names: [Fingerprint: String] = [:], figures: FigureStyle = .argentine
    ) -> String {
        let time = zone.civil(event.at.utc)
        let date = String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", time.year, time.month, time.day, time.hour, time.minute,
            time.second)
        return
            "\(date) \(zone.abbreviation)  \(event.sequence)  \(event.body.kind)  \(oneLine(words(event.body, names, figures)))"
    }

    /// The event as JSON: sequence, origin, time (RFC 3339, UTC), kind and body.
    static func json(_ event: Event) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body: String
        if let payload = event.body.payload {
            body = String(decoding: try encoder.encode(payload), as: UTF8.self)
        } else if case .unknown(_, let json) = event.body {
            // Line ends and tabs are blanks here: within a text JSON has none.
            body = String(json.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        } else {
            body = "{}"
        }
        let date = Date(timeIntervalSince1970: Double(event.at.utc.milliseconds) / 1000)
        let head = Head(
            sequence: event.sequence, origin: event.origin,
            time: date.formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted)),
            kind: event.body.kind)
        let opening = String(decoding: try encoder.encode(head), as: UTF8.self).dropLast()
        return "\(opening),\"body\":\(body)}"
    }

    private struct Head: Encodable {
        var sequence: Int64
        var origin: String
        var time: String
        var kind: String
    }

    /// An event is a line, whatever was noted in it.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ")
    }

    /// - Parameter figures: how the launch writes its numbers.
    static func words(
        _ body: Event.Body, _ names: [Fingerprint: String] = [:], _ figures: FigureStyle = .argentine
    ) -> String {
        switch body {
        case .engineStarted(let start):
            "guardia \(start.version), pid \(start.pid), \(start.probes) probes, \(start.series) series"
        case .engineStopped(let stop): stop.reason
        case .verdictChanged(let change):
            "\(change.series) \(change.from) → \(change.to)" + (change.value.map { " \(plain($0, figures))" } ?? "")
                + (change.bound.map { bound($0, figures) } ?? "") + (change.reason.map { ": \($0)" } ?? "")
        case .clockStepped(let step): "the wall clock jumped by \(plain(step.by.seconds, figures)) s"
        case .recordingGap(let gap) where gap.ticks == 0: "begun anew: \(gap.reason)"
        case .recordingGap(let gap): "\(gap.ticks) ticks were not recorded: \(gap.reason)"
        case .presence(.opened(let body)):
            "\(body.by.signature) opened a dashboard" + (body.terminal.map { " on \($0)" } ?? "") + " (\(body.session))"
        case .presence(.seen(let body)): "\(body.session) is still open"
        case .presence(.closed(let body)): "\(body.session) " + (body.why == .left ? "was left" : "is gone")
        case .checklist(let event):
            "\(event.change.item) by \(event.change.by.signature)"
                + (event.change.note.isEmpty ? "" : ": \(event.change.note)")
        case .action(let event): words(event)
        case .backup(let event): event.words
        case .alert(let event): words(event, names)
        case .escalation(let event): words(event)
        case .response(.waiting(let body)): "\(body.id) looks again before it does anything"
        case .response(.started(let body)):
            "\(body.id)" + (body.isDryRun ? " (dry run)" : "") + ": \(body.deed)"
        case .response(.ended(let body)): "\(body.id) \(body.outcome.rawValue): \(body.detail)"
        case .security(.checked(let check)): "\(check.station) \(check.verdict): \(check.summary)"
        case .digest(.promised(let body)): "\(body.digest): the next is due \(body.due.seconds)"
        case .digest(.given(let body)):
            "\(body.digest): given to \(body.recipients) mailboxes" + (body.by.map { " by \($0)" } ?? "")
        case .flag(let event): words(event, figures)
        case .readiness(let event): event.words
        case .unknown(_, let json): json
        }
    }

    private static func words(_ event: ActionEvent) -> String {
        let text =
            switch event {
            case .started(let start):
                "\(start.by.signature)"
                    + (start.subject.map { " \($0)" } ?? "")
                    + (start.to.map { " to \($0.title)" } ?? "")
                    + (start.reason.isEmpty ? "" : ": \(start.reason)")
            case .stepStarted(let step): "\(step.step) …"
            case .noted(let note): "\(note.step): \(note.text)"
            case .stepEnded(let step): "\(step.step) \(step.outcome.rawValue): \(step.detail)"
            case .asked(let asked):
                "\(asked.by.signature) asks to \(asked.request.rawValue)"
                    + (asked.reason.isEmpty ? "" : ": \(asked.reason)")
            case .ended(let end): "\(end.title): \(end.summary)"
            }
        return "\(event.action) \(text)"
    }

    private static func words(_ event: FlagEvent, _ figures: FigureStyle) -> String {
        switch event {
        case .changed(let body):
            "\(body.flag) \(body.words)" + " by \(body.by.isEmpty ? "somebody who left no name" : body.by)"
                + (body.source == .found ? ", found by the engine" : "")
                + (body.reason.isEmpty ? "" : ": \(body.reason)")
        case .rampPlanned(let body):
            "\(body.flag) \(([body.plan.from] + body.plan.steps).map(\.words).joined(separator: " → ")), "
                + "\(plain(body.plan.every.seconds, figures)) s each, guarded by "
                + (body.plan.guards.isEmpty ? "nothing" : body.plan.guards.map(\.name).joined(separator: ", "))
        case .rampTurned(let body):
            "\(body.flag) \(body.standing.rawValue) at \(body.share.words), step \(body.step)"
                + (body.reason.isEmpty ? "" : ": \(body.reason)")
        }
    }

    private static func words(_ event: AlertEvent, _ names: [Fingerprint: String]) -> String {
        func name(_ id: Fingerprint) -> String { names[id].map { "\(id) \($0)" } ?? "\(id)" }
        return switch event {
        case .pending(let body): "\(body.alert.fingerprint) \(body.alert.rule): \(body.alert.summary)"
        case .fired(let body):
            "\(body.alert.fingerprint) \(body.alert.severity.rawValue) \(body.alert.rule): \(body.alert.summary)"
        case .cleared(let body): name(body.alert)
        case .resolved(let body): name(body.alert) + (body.reason.map { ": \($0)" } ?? "")
        case .acknowledged(let body):
            "\(name(body.alert)) by \(body.by) (\(body.way.rawValue))"
                + (body.comment.isEmpty ? "" : ": \(body.comment)")
        case .unacknowledged(let body): "\(name(body.alert)) " + (body.by.map { "by \($0)" } ?? "its time was over")
        case .suppressed(let body):
            "\(name(body.alert)) "
                + (body.silences.isEmpty && body.inhibitors.isEmpty
                    ? "no longer"
                    : (body.silences + body.inhibitors.map(\.text)).joined(separator: ", "))
        case .recovering(let body):
            "\(name(body.alert)) " + (body.isWell ? "well again, not yet over" : "no longer well")
        case .silenced(let silence):
            "\(silence.id) {\(silence.matchers.map(\.description).joined(separator: ", "))} by \(silence.by): \(silence.comment)"
        case .unsilenced(let body): "\(body.silence) " + (body.by.map { "by \($0)" } ?? "its time was over")
        }
    }

    private static func words(_ event: EscalationEvent) -> String {
        switch event {
        case .started(let body):
            "\(body.escalation) \(body.policy.name): \(body.summary)" + (body.by.map { " (by \($0))" } ?? "")
        case .stepped(let body):
            "\(body.escalation) step \(body.step + 1): \(body.contacts.joined(separator: ", "))"
        case .joined(let body): "\(body.escalation) \(body.alert)"
        case .stopped(let body): "\(body.escalation) \(body.why.rawValue)" + (body.by.map { " by \($0)" } ?? "")
        case .queued(let body):
            "\(body.page) \(body.purpose.rawValue) by \(body.channel)" + (body.contact.map { " to \($0)" } ?? "")
        case .attempted(let body): "\(body.page) \(words(body.outcome))"
        case .verified(let body): "\(body.contact) by \(body.channel): \(body.how)"
        case .asked(let body):
            "\(body.escalation) to " + (body.toStep.map { "step \($0 + 1)" } ?? "its next step") + " by \(body.by)"
                + (body.way.map { " (\($0.rawValue))" } ?? "")
        case .refused(let body): "\(body.way.rawValue) from \(body.contact ?? "a stranger"): \(body.reason)"
        }
    }

    private static func words(_ outcome: PageOutcome) -> String {
        switch outcome {
        case .sent(let reference): "sent" + (reference.isEmpty ? "" : " (\(reference))")
        case .delivered: "delivered"
        case .deferred(let reason, _): "to be tried again: \(reason)"
        case .failed(let reason): "failed: \(reason)"
        case .expired(let reason): "given up: \(reason)"
        }
    }

    private static func bound(_ bound: Thresholds.Bound, _ figures: FigureStyle) -> String {
        switch bound {
        case .above(let limit): " (bound: above \(plain(limit, figures)))"
        case .below(let limit): " (bound: below \(plain(limit, figures)))"
        }
    }

    /// A number in no unit, with the digits that matter.
    private static func plain(_ number: Double, _ figures: FigureStyle) -> String {
        // With the sign that all other figures have.
        let sign = number < 0 ? "−" : ""
        if let whole = Int64(exactly: number) { return sign + String(whole.magnitude) }
        let text = sign + String(format: "%.4g", number.magnitude)
        return figures == .argentine ? text.replacing(".", with: ",") : text
    }
}

extension AlertEvent {
    /// What an event that brings a whole alert says of it.
    var facts: Facts? {
        switch self {
        case .pending(let body): body.alert
        case .fired(let body): body.alert
        default: nil
        }
    }
}
