import ArgumentParser
import Journal
import Launch
import Settings

/// Where the people of a launch are read: from a config, or from what the journal was told.
struct RosterOptions: ParsableArguments {
    @OptionGroup var journal: JournalOption

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("Read the people from this config instead of the journal.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("What ${NAME} stands for in the config; may be repeated.", valueName: "NAME=VALUE"))
    var variables: [String] = []

    @Flag(help: "One JSON object a line, times in UTC.")
    var json = false

    struct People {
        var roster: Roster
        var zone: Zone
        /// Nil where the journal cannot be read.
        var board: Board?
        /// With addresses; empty where only the journal was read.
        var contacts: [Contact]
    }

    func load() throws -> People {
        if let config {
            do {
                let options = ConfigOptions.naming(config, variables: variables)
                let launch = try options.load().configuration
                // What is proved of the ways stands in that launch's journal, not in the one of this machine.
                let board = try? JournalReader(path: journal.path(of: launch)).currentBoard(span: .minutes(1))
                let zone = try ZoneTable.make(
                    name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: SystemClock().now().utc)
                guard let roster = launch.roster else { throw Told("\(config) names no contacts and no policies") }
                return People(roster: roster, zone: zone, board: board, contacts: launch.contacts)
            } catch {
                throw Failure.usage(error)
            }
        }
        let board: Board
        do { board = try JournalReader(path: journal.path).currentBoard(span: .minutes(1)) } catch {
            throw Failure.failed(error)
        }
        guard let manifest = board.manifest, let roster = manifest.roster else {
            throw Failure.usage(Told("the launch of \(journal.path) names no contacts: see docs/escalation.md"))
        }
        return People(roster: roster, zone: manifest.zone, board: board, contacts: [])
    }
}

/// `guardia oncall`: who is called now, and who is next.
struct OnCallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oncall", abstract: "Say who is on call by each schedule, until when, and who comes next.",
        discussion: """
            By the config's own rota. Where PagerDuty's is read as well, the engine asks it when it pages.
            Exits 0 when somebody is on call by every schedule, 4 when not.
            """)

    @OptionGroup var options: RosterOptions

    @Option(help: ArgumentHelp("At this time instead of now, as 2026-03-14T03:00:00-03:00.", valueName: "time"))
    var at: String?

    private struct Row: Encodable {
        var schedule: String
        var at: String
        var contact: String?
        var title: String?
        var role: String?
        var until: String?
        var next: String?
        var pagerduty: String?
    }

    func run() throws {
        var time = SystemClock().now().utc
        if let at {
            do throws(Misfit) { time = try CalendarText.timestamp(at) } catch {
                throw Failure.usage(Told("--at \(at): \(error.message)" + (error.hint.map { "; \($0)" } ?? "")))
            }
        }
        let people = try options.load()
        guard !people.roster.schedules.isEmpty else {
            Output.line("there is no schedule: steps name their contacts themselves")
            return
        }
        var isCovered = true
        for schedule in people.roster.schedules {
            let name = schedule.onCall(at: time, in: people.zone)
            let contact = name.flatMap(people.roster.contact)
            let next = schedule.next(after: time, in: people.zone)
            isCovered = isCovered && name != nil
            if options.json {
                Output.json(
                    Row(
                        schedule: schedule.name, at: PeopleText.utc(time), contact: name, title: contact?.title,
                        role: contact?.role, until: next.map { PeopleText.utc($0.from) }, next: next?.contact,
                        pagerduty: schedule.pagerDuty))
                continue
            }
            var line = "\(schedule.name)  "
            line +=
                name.map { "\($0)" + (contact.map { "  \($0.title)" + ($0.role.isEmpty ? "" : ", \($0.role)") } ?? "") }
                ?? "NOBODY"
            if let next {
                line += "  until \(PeopleText.time(next.from, people.zone)), then \(next.contact ?? "NOBODY")"
            }
            if let id = schedule.pagerDuty { line += "  (PagerDuty's schedule \(id) is asked first)" }
            Output.line(line)
        }
        if !isCovered { throw ExitCode(4) }
    }
}
