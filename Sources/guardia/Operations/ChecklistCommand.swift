import Actions
import ArgumentParser
import Console
import Glibc
import Journal
import Launch

/// `guardia checklist …`: what is to be done around the launch.
struct ChecklistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checklist",
        abstract: "Show the launch's checklist, and tick what is done.",
        discussion: "On the dashboard: C.",
        subcommands: [Show.self, Tick.self, Untick.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show every item: what, by whom, until when, and who ticked it.",
            discussion: "Exits 0, or 4 where something is overdue; 2 where the journal cannot be read.")

        @OptionGroup var journal: JournalSource
        @Flag(help: "One JSON object a line, times in UTC.")
        var json = false

        func run() throws {
            let path = try journal.path()
            let board: Board
            do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
                throw Failure.failed(error)
            }
            let now = SystemClock().now()
            let checklist = board.checklist(at: now)
            guard !checklist.rows.isEmpty else {
                if !json { Output.line("the config has no checklist: see docs/launch-day.md") }
                return
            }
            let zone = board.manifest?.zone ?? .utc
            if json {
                for row in checklist.rows { Output.json(ChecklistLine(row)) }
            } else {
                for group in checklist.groups {
                    Output.line(group)
                    for row in checklist.rows(of: group) {
                        Output.line(ChecklistText.line(row, zone: zone, now: now.utc))
                    }
                }
                Output.line(
                    "\(checklist.doneCount) of \(checklist.rows.count) done"
                        + (checklist.overdueCount > 0 ? ", \(checklist.overdueCount) OVERDUE" : ""))
            }
            if checklist.overdueCount > 0 { throw ExitCode(4) }
        }
    }

    struct Tick: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tick",
            abstract: "Say that an item is done.", discussion: ChecklistChange.exitCodes)
        @OptionGroup var change: ChecklistChange
        func run() async throws { try await change.run(isTick: true) }
    }

    struct Untick: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "untick",
            abstract: "Say that an item is not done after all.", discussion: ChecklistChange.exitCodes)
        @OptionGroup var change: ChecklistChange
        func run() async throws { try await change.run(isTick: false) }
    }
}

/// What both changes of an item take and do.
struct ChecklistChange: ParsableArguments {
    static let exitCodes = """
        Of two people who change an item at once the second is told what the first did, and changes nothing.

        Exit codes: 0 done, 1 told nowhere, 2 wrong usage or configuration, 3 refused: no such item, it is so already, \
        somebody was first, or you may not.
        """

    @OptionGroup var options: ChecklistOptions

    @Argument(help: "The item, as guardia checklist names it, or a unique beginning.")
    var item: String

    @Option(
        help: ArgumentHelp("What there is to say about it: kept in the journal, shown beside it.", valueName: "text"))
    var note = ""

    @Option(help: ArgumentHelp("How often it had been changed when you looked; otherwise now.", visibility: .hidden))
    var revision: Int?

    func validate() throws {
        guard note.utf8.count <= 1000 else { throw ValidationError("--note takes at most 1000 bytes") }
    }

    func run(isTick: Bool) async throws {
        let desk = try ChecklistDesk(options)
        let row = try desk.row(item)
        let seen = revision ?? row.last?.revision ?? 0
        guard seen == row.last?.revision ?? 0 else { throw Failure.refused(Told(desk.first(row))) }
        guard row.isDone != isTick else {
            throw Failure.refused(Told(isTick ? desk.first(row) : "\(row.id) is not ticked"))
        }
        let change = ChecklistEvent.Change(item: row.id, by: desk.identity.who, note: note, revision: seen)
        let after = try await desk.tell(isTick ? .ticked(change) : .unticked(change))
        // Read back: somebody else's change may stand before this one.
        // It may be one's own, from another window.
        if let after,
            after.last?.by != desk.identity.who || after.last?.note != note || after.last?.revision != seen + 1
                || after.isDone != isTick
        {
            throw Failure.refused(Told(desk.first(after)))
        }
        if options.json, let after {
            Output.json(ChecklistLine(after))
        } else {
            Output.line("\(row.id)  \(isTick ? "done" : "open again"): \(row.item.text)")
        }
    }
}

/// What every change of the checklist may say of where and who.
struct ChecklistOptions: ParsableArguments {
    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal to tell; otherwise as the config says.", valueName: "file"))
    var journal: String?

    @Flag(help: "Print the item as one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("The name by which a screen follows it.", visibility: .hidden))
    var id: String?
}

/// What a change of the checklist works with: the list as the journal tells it, who asks, and the way into the journal.
struct ChecklistDesk {
    let identity: OperatorIdentity
    private let journal: String
    private let board: Board
    private let clock = SystemClock()

    /// - Throws: an exit code, when it has been said why.
    init(_ options: ChecklistOptions) throws {
        let place = try OperatorDesk(config: options.config, journal: options.journal, kind: .checklist)
        (identity, journal) = (place.identity, place.journal)
        do { board = try JournalReader(path: journal).currentBoard(span: .minutes(1)) } catch {
            throw Failure.failed(error)
        }
    }

    func row(_ name: String) throws -> Checklist.Row {
        let rows = board.checklist(at: clock.now()).rows
        if let row = rows.first(where: { $0.id == name }) { return row }
        let found = rows.filter { $0.id.hasPrefix(name) }
        if found.count > 1 {
            throw Failure.refused(Told("'\(name)' is the beginning of \(found.map(\.id).joined(separator: ", "))"))
        }
        guard let row = found.first else {
            throw Failure.refused(Told("the checklist has no item '\(name)': guardia checklist lists them"))
        }
        return row
    }

    /// What somebody else did to an item.
    func first(_ row: Checklist.Row) -> String {
        guard let last = row.last else { return "\(row.id) is as it was at the beginning: look again" }
        let time = AlertDesk.time(last.at.utc, zone: board.manifest?.zone ?? .utc, now: clock.now().utc)
        return "\(last.by.name) \(last.isDone ? "ticked" : "took back") \(row.id) at \(time)"
            + (last.note.isEmpty ? "" : " (“\(last.note)”)") + ": nothing was changed"
    }

    /// Tells the journal, and reads back how the item stands; nil where it waits in the spool.
    func tell(_ event: ChecklistEvent) async throws -> Checklist.Row? {
        let teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
        await teller.tell(.checklist(event))
        await teller.settle(within: .seconds(5))
        teller.close()
        if let trouble = teller.trouble {
            Output.error(trouble)
            if trouble.hasPrefix("NOT JOURNALED") { throw ExitCode(1) }
            return nil
        }
        let board = try? JournalReader(path: journal).currentBoard(span: .minutes(1))
        return board?.checklist(at: clock.now())[event.change.item]
    }
}

/// An item as scripts read it.
struct ChecklistLine: Encodable {
    var item: String
    var text: String
    var group: String
    var owner: String
    var due: String
    var dueAt: String?
    var standing: String
    var by: String?
    var at: String?
    var note: String?
    var revision: Int

    init(_ row: Checklist.Row) {
        (item, text, group, owner) = (row.id, row.item.text, row.item.group, row.item.owner)
        due = row.item.dueText
        dueAt = row.dueAt.map(PeopleText.utc)
        standing =
            switch row.standing {
            case .done: "done"
            case .overdue: "overdue"
            case .due, .open: "open"
            }
        by = row.last?.by.signature
        at = row.last.map { PeopleText.utc($0.at.utc) }
        note = row.last.flatMap { $0.note.isEmpty ? nil : $0.note }
        revision = row.last?.revision ?? 0
    }
}

enum ChecklistText {
    /// `  ✓ payments   Validate payment processing …   Ana   T+1d   done 14:02 ART by ana`
    static func line(_ row: Checklist.Row, zone: Zone, now: Timestamp) -> String {
        let sign = row.isDone ? "✓" : row.isOverdue ? "!" : "·"
        var end: String
        switch row.standing {
        case .done: end = "done"
        case .overdue(let span): end = "OVERDUE by \(PeopleText.longSpan(span))"
        case .due(let span): end = "\(PeopleText.longSpan(span)) left"
        case .open: end = "open"
        }
        if let last = row.last {
            end += last.isDone ? "" : ", taken back"
            end += " \(AlertDesk.time(last.at.utc, zone: zone, now: now)) by \(last.by.name)"
            if !last.note.isEmpty { end += ": \(last.note)" }
        }
        return "  \(sign) \(Text.padded(row.id, to: 14)) \(Text.padded(row.item.text, to: 56)) "
            + "\(Text.padded(row.item.owner, to: 16)) \(Text.padded(row.item.dueText, to: 6)) \(end)"
    }
}

extension PeopleText {
    /// `45 min`, `5 h`, `3 d`
    static func longSpan(_ span: Milliseconds) -> String {
        let minutes = span.count / 60_000
        if minutes < 120 { return "\(minutes) min" }
        return minutes < 2880 ? "\(minutes / 60) h" : "\(minutes / 1440) d"
    }
}
