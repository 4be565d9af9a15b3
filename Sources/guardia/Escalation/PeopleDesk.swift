import Actions
import ArgumentParser
import Foundation
import Journal
import Launch
import Settings

/// What a command about escalation works with: the launch's people, who asks, what the journal knows, and the way into it. The
/// engine hears what is told there.
struct PeopleDesk {
    let launch: LaunchConfiguration
    let journal: String
    let identity: OperatorIdentity
    let clock = SystemClock()
    /// Nil where the journal cannot be read: somebody can be called all the same.
    let board: Board?
    let zone: Zone
    let teller: JournalTeller

    /// - Throws: an exit code, when it has been said why: 2 for a config that cannot be read, 3 for what one may not do.
    init(_ options: some LaunchOptions, for kind: ActionKind) throws {
        do { identity = try OperatorIdentity.of(options.config) } catch { throw Failure.refused(error) }
        if identity.isDelegated, let trouble = options.config.delegationTrouble { throw Failure.refused(Told(trouble)) }
        if let notice = options.config.notice { Output.error(notice) }
        do {
            let (file, warning) = try options.config.loadForRescue(isDelegated: identity.isDelegated)
            if let warning { Output.error(warning) }
            launch = file.configuration
            zone = try ZoneTable.make(
                name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc)
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
        board = try? JournalReader(path: journal).currentBoard(span: .minutes(1))
        teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
    }

    /// That nobody acts on what is told now; nil where the engine lives. Asked anew: somebody may have typed for a while.
    var silence: EngineSilence? { EngineBeat.silence(of: journal, at: clock.now()) }

    /// Tells the journal, and says where it could not.
    ///
    /// - Throws: 1 where it was told nowhere.
    func tell(_ events: EscalationEvent...) async throws { try await tell(events) }

    func tell(_ events: [EscalationEvent]) async throws {
        try await teller.tellAll(events.map(Event.Body.escalation))
    }
}

/// Times for people.
enum PeopleText {
    /// `Mon 2026-03-09 09:00 ART`
    static func time(_ time: Timestamp, _ zone: Zone) -> String {
        let at = zone.civil(time)
        let day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][at.weekday - 1]
        return String(format: "\(day) %04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour, at.minute)
            + " \(zone.abbreviation)"
    }

    /// RFC 3339, UTC, whole seconds.
    static func utc(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: TimeInterval(time.seconds)).formatted(.iso8601)
    }

    static func span(_ span: Milliseconds) -> String {
        let seconds = span.count / 1000
        if seconds < 60 { return "\(seconds) s" }
        return seconds % 60 == 0 || seconds >= 600 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
    }
}
