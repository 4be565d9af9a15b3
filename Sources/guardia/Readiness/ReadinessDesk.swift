import Actions
import ArgumentParser
import Foundation
import Journal
import Launch
import Settings

/// What a word on the poll, the roll-call or the clock works with: the launch, who speaks, what the journal knows, and the way
/// into it. The engine hears what is told there.
struct ReadinessDesk {
    let caller: ActionCaller
    let board: Board
    let zone: Zone
    let teller: JournalTeller
    let clock = SystemClock()

    var launch: LaunchConfiguration { caller.launch }
    var who: String { caller.identity.who.name }

    /// - Throws: an exit code, when it has been said why: 2 for a config or a journal that cannot be read, 3 for what one may
    ///   not do.
    init(_ options: ActionOptions, for kind: ActionKind) throws {
        caller = try ActionCaller(options, for: kind, isRescue: true)
        do {
            board = try JournalReader(path: caller.journal).currentBoard(span: .minutes(1))
            zone = try ZoneTable.make(
                name: caller.launch.zoneName, abbreviation: caller.launch.zoneAbbreviation, around: clock.now().utc)
        } catch {
            throw Failure.usage(error)
        }
        teller = JournalTeller(journal: caller.journal, origin: Origin.name, clock: clock)
    }

    /// That nobody acts on what is told now; nil where the engine lives.
    var silence: EngineSilence? { EngineBeat.silence(of: caller.journal, at: clock.now()) }

    /// Tells the journal, and says where it could not.
    ///
    /// - Throws: 1 where it was told nowhere.
    func tell(_ event: ReadinessEvent) async throws {
        await teller.tell(.readiness(event))
        await teller.settle(within: .seconds(5))
        teller.close()
        if let silence {
            Output.error("\(silence.words(in: zone)): this is journaled, and nobody acts on it before it is back")
        }
        guard let trouble = teller.trouble else { return }
        Output.error(trouble)
        if trouble.hasPrefix("NOT JOURNALED") { throw ExitCode(1) }
    }

    /// The plan of the config.
    func plan() throws -> ReadinessPlan {
        guard let plan = launch.readiness else {
            throw Failure.usage(Told("the launch config has no section 'readiness': there is nothing to say"))
        }
        return plan
    }

    func station(_ name: String) throws -> ReadinessPlan.Station {
        let plan = try plan()
        if let station = plan[name] { return station }
        let names = plan.stations.map(\.name)
        let hint = Nearest.hint(for: name, among: names) ?? "they are \(names.joined(separator: ", "))"
        throw Failure.usage(Told("there is no station '\(name)'; \(hint)"))
    }

    /// A plain yes of whoever sits at the terminal.
    func confirm(_ options: ActionOptions, _ question: String, typing target: String? = nil) throws {
        guard !options.yes else { return }
        Output.line(question)
        switch target.map({ Confirmation.typed($0) }) ?? Confirmation.yes() {
        case true?: return
        case false?: throw Failure.refused(Told("not confirmed: nothing was said"))
        case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }

    /// Until when something is to hold: `--until`, a time of the launch's zone or with its offset, or `--for`, a span.
    func end(until: String?, for span: String?, atMost limit: Milliseconds) throws -> Timestamp {
        guard until != nil || span != nil else {
            throw Failure.usage(Told("--until a time or --for a span: nothing is said for ever"))
        }
        let now = clock.now().utc
        let end: Timestamp
        do throws(Misfit) {
            if let until {
                end = try LaunchTimeText.next(until, after: now, zone: zone, zoneName: launch.zoneName)
            } else {
                end = now + (try Quantity.duration(span ?? ""))
            }
        } catch {
            throw Failure.usage(
                Told("\(until == nil ? "--for" : "--until"): \(error.message)\(error.hint.map { " (\($0))" } ?? "")"))
        }
        guard end > now else { throw Failure.usage(Told("that is over already: \(PeopleText.time(end, zone))")) }
        guard end - now <= limit else {
            throw Failure.usage(Told("it holds for \(limit.count / 86_400_000) days at the most: say it again then"))
        }
        return end
    }

    static func reason(_ options: ActionOptions) throws {
        if options.reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason says why: it is needed") }
    }
}
