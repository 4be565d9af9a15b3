import Actions
import ArgumentParser
import Foundation
import Journal
import Launch
import Settings

/// What every command about alerts may say.
struct AlertOptions: ParsableArguments {
    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal to tell; otherwise as the config says.", valueName: "file"))
    var journal: String?

    @Option(
        name: [.customLong("comment"), .customLong("reason")],
        help: ArgumentHelp("Why: kept in the journal, shown beside the alert.", valueName: "text"))
    var comment = ""

    @Flag(name: [.short, .long], help: "Ask nothing: for scripts, and for the dashboard, which has asked already.")
    var yes = false

    @Flag(help: "Print the result as one JSON object a line.")
    var json = false

    @Option(help: ArgumentHelp("The name by which a screen follows it.", visibility: .hidden))
    var id: String?

    func validate() throws {
        guard comment.utf8.count <= 1000 else { throw ValidationError("--comment takes at most 1000 bytes") }
    }
}

extension JournalTeller {
    /// Tells the journal, closes, and says where it could not: whoever is told "yours" must have been heard.
    ///
    /// - Throws: 1 where it was told nowhere, or nobody knows yet whether it was.
    func tellAll(_ events: [Event.Body]) async throws {
        for event in events { await tell(event) }
        await settle(within: .seconds(5))
        close()
        guard let trouble = trouble ?? (isSettled ? nil : "NOT JOURNALED: the disk takes longer than 5 s: ask again")
        else {
            return
        }
        Output.error(trouble)
        if trouble.hasPrefix("NOT JOURNALED") { throw ExitCode(1) }
    }
}

/// What a command about alerts works with: the alerts as the journal tells them, who asks, and the way into the journal. The
/// engine hears what is told there.
struct AlertDesk {
    let launch: LaunchConfiguration
    let journal: String
    let identity: OperatorIdentity
    let clock = SystemClock()
    let log: AlertLog
    let zone: Zone
    let teller: JournalTeller

    /// - Throws: an exit code, when it has been said why: 2 for a config or a journal that cannot be read, 3 for what one
    ///   may not do.
    init(_ options: AlertOptions, for kind: ActionKind) throws {
        do { identity = try OperatorIdentity.of(options.config) } catch { throw Failure.refused(error) }
        if identity.isDelegated, let trouble = options.config.delegationTrouble { throw Failure.refused(Told(trouble)) }
        do {
            let (file, warning) = try options.config.loadForRescue(isDelegated: identity.isDelegated)
            if let warning { Output.error(warning) }
            launch = file.configuration
        } catch {
            throw Failure.usage(error)
        }
        if let refusal = launch.operators.refusal(
            of: kind, by: identity.who.name, uid: identity.who.uid, groups: identity.groups)
        {
            throw Failure.refused(Told(refusal))
        }
        if identity.isDelegated, let journal = options.journal, journal != launch.journal.path {
            throw Failure.refused(Told("--journal is not for operators behind sudo: it is \(launch.journal.path)"))
        }
        journal = try JournalOption.told(options.journal, options.config, launch)
        do {
            let board = try JournalReader(path: journal).currentBoard(span: .minutes(1))
            (log, zone) = (board.alerts, board.manifest?.zone ?? .utc)
        } catch {
            throw Failure.usage(error)
        }
        teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
    }

    /// The alerts that are named, by a unique beginning of at least four characters each.
    ///
    /// - Parameter isFiring: only those that fire or are pending.
    func alerts(_ names: [String]) throws -> [Alert] {
        try names.map { name in
            let found = log.alerts.values.filter { $0.id.text.hasPrefix(name) && $0.state != .resolved }
            guard name.utf8.count >= 4 || found.contains(where: { $0.id.text == name }) else {
                throw Failure.usage(Told("'\(name)' is too short: give at least four characters of a fingerprint"))
            }
            if found.count > 1 { throw Failure.refused(Told("'\(name)' is the beginning of \(found.count) alerts")) }
            guard let alert = found.first else {
                throw Failure.refused(Told("no alert '\(name)' fires: guardia alerts lists those that do"))
            }
            return alert
        }
    }

    /// Tells the journal, and says where it could not.
    ///
    /// - Throws: 1 where it was told nowhere.
    func tell(_ events: [AlertEvent]) async throws {
        try await teller.tellAll(events.map(Event.Body.alert))
        guard let silence = EngineBeat.silence(of: journal, at: clock.now()) else { return }
        Output.error("\(silence.words(in: zone)): this is journaled, and the chain cannot hear it before it is back")
    }

    /// A time in the zone of the launch: `14:02 ART`, with the date where it is not today's.
    func time(_ time: Timestamp) -> String { AlertDesk.time(time, zone: zone, now: clock.now().utc) }

    static func time(_ time: Timestamp, zone: Zone, now: Timestamp) -> String {
        let (at, today) = (zone.civil(time), zone.civil(now))
        let clock = String(format: "%02d:%02d", at.hour, at.minute) + " " + zone.abbreviation
        guard (at.year, at.month, at.day) != (today.year, today.month, today.day) else { return clock }
        return String(format: "%04d-%02d-%02d ", at.year, at.month, at.day) + clock
    }

    /// A span as it is typed: `30m`.
    static func span(_ text: String, _ option: String, _ range: ClosedRange<Milliseconds>) throws -> Milliseconds {
        let span: Milliseconds
        do throws(Misfit) { span = try Quantity.duration(text) } catch {
            throw ValidationError("\(option): \(error.message)" + (error.hint.map { "; \($0)" } ?? ""))
        }
        guard range.contains(span) else { throw ValidationError("\(option): \(text) is out of range") }
        return span
    }
}
