import ArgumentParser
import Foundation
import Journal
import Launch
import Settings

/// `guardia rollcall`: who stands by.
struct RollCallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall",
        abstract: "Ask the team, each by their own channel, whether they stand by; print who has answered.",
        subcommands: [Show.self, Start.self, Answer.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print who stands by.",
            discussion: "Exits 0 when everybody does, 1 when somebody does not, 4 when an answer is missing.")

        @OptionGroup var journal: JournalSource
        @Flag(help: "One JSON object a person.") var json = false

        private struct Row: Encodable {
            var name: String
            var standing: String
            var go: Bool
            var way: String?
            var words: String?
            var at: String?
        }

        func run() throws {
            let path = try journal.path()
            let board: Board
            do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
                throw Failure.usage(error)
            }
            guard let plan = board.manifest?.readiness?.rollCall else {
                throw Failure.usage(
                    Told("\(path) has no roll-call: give 'readiness' a 'roll_call' in the launch config"))
            }
            let now = SystemClock().now()
            let log = board.readiness.rollCall
            if !json {
                let zone = board.manifest?.zone ?? .utc
                Output.line(
                    log.asked.map { asked in
                        "called by \(asked.by) \(PeopleText.time(log.askedAt?.utc ?? asked.until, zone)), answers until \(PeopleText.time(asked.until, zone))"
                    } ?? "not called yet: guardia rollcall start")
            }
            var (isNo, isMissing) = (false, false)
            for name in plan.people {
                let standing = log.standing(of: name, lasts: plan.lasts, at: now)
                var answer: RollCallLog.Answer?
                switch standing {
                case .go(let given): answer = given
                case .noGo(let given): (answer, isNo) = (given, true)
                case .lapsed(let given): (answer, isMissing) = (given, true)
                case .waiting, .silent, .notAsked: isMissing = true
                }
                let title = board.manifest?.roster?.contact(name)?.title ?? name
                if json {
                    var isGo = false
                    if case .go = standing { isGo = true }
                    Output.json(
                        Row(
                            name: name, standing: ReadinessText.words(standing), go: isGo, way: answer?.body.way,
                            words: answer?.body.words, at: answer.map { PeopleText.utc($0.at.utc) }))
                } else {
                    Output.line(
                        "\(name)  \(title)  \(ReadinessText.words(standing))"
                            + (answer.map { "  by \($0.body.way), \(PeopleText.span($0.at.age(at: now))) ago" } ?? ""))
                }
            }
            throw ExitCode(isNo ? 1 : isMissing ? 4 : 0)
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Call the roll: everybody gets a message with a code, and answers GO CODE or NO GO CODE.",
            discussion: "Answers to an earlier call are void with this one. The engine sends, and reads the answers.")

        @OptionGroup var options: ActionOptions
        @Option(help: ArgumentHelp("Only these, by name; otherwise everybody on it.", valueName: "name,…")) var people:
            String?

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .rollCall)
            guard let plan = try desk.plan().rollCall else {
                throw Failure.usage(Told("'readiness' in the launch config has no 'roll_call': nobody is on it"))
            }
            let wanted = people.map { $0.split(separator: ",").map(String.init) } ?? plan.people
            if let stranger = wanted.first(where: { !plan.people.contains($0) }) {
                let hint =
                    Nearest.hint(for: stranger, among: plan.people) ?? "they are \(plan.people.joined(separator: ", "))"
                throw Failure.usage(Told("'\(stranger)' is not on the roll-call; \(hint)"))
            }
            if let silence = desk.silence {
                throw Failure.refused(Told("\(silence.words(in: desk.zone)): nobody would be asked"))
            }
            let roster = desk.launch.roster ?? Roster()
            for name in wanted {
                let ways = plan.ways(of: name, in: roster).map(\.channel)
                Output.line(
                    "\(name): \(ways.isEmpty ? "no way: guardia rollcall answer" : ways.joined(separator: ", "))")
            }
            try desk.confirm(options, "Call the roll of \(wanted.count).")
            let now = desk.clock.now().utc
            let id = ActionID(.rollCall, at: now, random: .random(in: 0 ... .max)).text
            try await desk.tell(.asked(.init(id: id, by: desk.who, people: wanted, until: now + plan.patience)))
            Output.line("\(id): \(wanted.count) are asked; guardia rollcall show tells who has answered")
        }
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "answer",
            abstract: "Answer for yourself, from a terminal: the login name must be the contact's.")

        @OptionGroup var options: ActionOptions
        @Flag(help: "Not standing by.") var noGo = false

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .rollCall)
            let log = desk.board.readiness.rollCall
            guard let asked = log.asked, log.isOpen(at: desk.clock.now()) else {
                throw Failure.refused(Told("no roll-call is open: guardia rollcall start"))
            }
            guard asked.people.contains(desk.who) else {
                throw Failure.refused(Told("\(desk.who) was not asked: nobody answers for another"))
            }
            try await desk.tell(
                .answered(
                    .init(id: asked.id, who: desk.who, isGo: !noGo, way: "command", words: options.reason)))
            Output.line("\(desk.who): \(noGo ? "NO-GO" : "GO")")
        }
    }
}
