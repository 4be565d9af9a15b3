import Actions
import ArgumentParser
import Foundation
import Journal
import Launch

/// `guardia flag list`: every flag, in Redis or in the launch config.
struct FlagList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every flag: state, share, who changed it when, and its ramp.",
        discussion: """
            Asks Redis itself. Where Redis does not answer, the newest that the journal has is printed with its time, nothing \
            of it is claimed to be so now, and it exits 4.
            """)

    @OptionGroup var options: LookOptions

    private struct Report: Encodable {
        var source: String
        var trouble: String?
        var flags: [FlagReport]
    }

    func run() async throws {
        let session = try FlagSession(options, for: nil)
        let (reports, words, trouble) = await Flags.all(session)
        await session.close()
        if options.json {
            Output.json(Report(source: trouble == nil ? "redis" : "journal", trouble: trouble, flags: reports))
        } else {
            if let trouble { Output.error("\(trouble); what the journal has last follows, none of it is claimed now") }
            let width = reports.map(\.name.count).max() ?? 0
            for report in reports {
                let asOf = trouble == nil ? "" : "  AS OF \(report.asOf)"
                Output.line(
                    report.line(
                        isCurrent: trouble == nil, by: words[report.name] ?? "", name: min(width, 40),
                        figures: session.launch.figures) + asOf)
            }
            if reports.isEmpty { Output.line("there is no flag") }
        }
        throw ExitCode(trouble == nil ? 0 : 4)
    }
}

/// `guardia flag get NAME`
struct FlagGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "One flag, with its rule, its allow-list and its newest changes.",
        discussion: "Exits 1 where there is none of that name, 4 where Redis does not answer.")

    @OptionGroup var options: LookOptions
    @Argument(help: "The flag's name.") var name: String

    func run() async throws {
        let session = try FlagSession(options, for: nil)
        if let trouble = FlagName.trouble(with: name) { throw Failure.usage(Told("'\(name)': \(trouble)")) }
        let board = await session.board.board()
        let looked = await session.look(name)
        await session.close()
        let report = Flags.report(name, looked, board, session)
        let code: Int32 =
            switch looked {
            case .success(let look): look.flag == nil ? 1 : 0
            case .failure: 4
            }
        if options.json {
            Output.json(report)
            throw ExitCode(code)
        }
        if case .failure(let error) = looked { Output.error("\(error); the newest that the journal has follows") }
        let isCurrent = code != 4
        Output.line(
            report.line(
                isCurrent: isCurrent, by: Flags.by(report, session), name: name.count, figures: session.launch.figures)
                + (isCurrent ? "" : "  AS OF \(report.asOf)"))
        if case .success(let look) = looked, let flag = look.flag {
            Output.line(
                "  \(report.algorithm ?? "?"), salt \(flag.group), stickiness \(flag.stickiness)"
                    + (flag.variants.isEmpty ? "" : ", variants \(FlagVariant.text(flag.variants))"))
            if !flag.allowed.isEmpty { Output.line("  allow-list: \(flag.allowed.joined(separator: " "))") }
        }
        if let note = session.plan[name]?.note { Output.line("  mind: \(note)") }
        for change in (board?.flags.changes(of: name) ?? []).suffix(5).reversed() {
            let body = change.body
            Output.line(
                "  \(session.when(change.at.utc))  \(body.words)  \(body.by.isEmpty ? "by somebody who left no name" : body.by)"
                    + (body.source == .found ? ", found" : "") + (body.reason.isEmpty ? "" : ": \(body.reason)"))
        }
        if code == 1 { Output.error("there is no flag \(name) in Redis") }
        throw ExitCode(code)
    }
}

/// `guardia flag who NAME --user ID`: whether somebody has it, as the application's SDK would say.
struct FlagWho: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who", abstract: "Whether a user has a feature, and why: evaluated as the applications' SDK does.",
        discussion: "Exits 0 whatever the answer is, 1 where there is no such flag, 4 where Redis does not answer.")

    @OptionGroup var options: LookOptions
    @Argument(help: "The flag's name.") var name: String

    @Option(help: ArgumentHelp("The user's id.", valueName: "id")) var user: String?
    @Option(help: ArgumentHelp("The session's id.", valueName: "id")) var session: String?
    @Option(
        name: .customLong("context"),
        help: ArgumentHelp("A further field of the context; may be repeated.", valueName: "NAME=VALUE"))
    var context: [String] = []

    func validate() throws {
        if user == nil, session == nil, context.isEmpty { throw ValidationError("--user ID says about whom it is") }
        for pair in context where !pair.contains("=") {
            throw ValidationError("--context takes NAME=VALUE, not '\(pair)'")
        }
    }

    private struct Report: Encodable {
        var flag: String
        var on: Bool
        var variant: String?
        var reason: String
        var version: Int64
        var algorithm: String
    }

    func run() async throws {
        let session = try FlagSession(options, for: nil)
        let looked = await session.look(name)
        await session.close()
        let look: FlagLook
        switch looked {
        case .success(let found): look = found
        case .failure(let error): throw Failure.undecided(Told("who has \(name) is not known: \(error)"))
        }
        guard case .flag(let flag) = look.state else {
            if case .faulty(let fault, _) = look.state {
                throw Failure.failed(Told("\(name) is no whole flag, so nobody can say who has it: \(fault)"))
            }
            throw Failure.failed(Told("there is no flag \(name) in Redis"))
        }
        var properties: [String: String] = [:]
        for pair in context {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            properties[parts[0]] = parts[1]
        }
        let evaluation = FlagEvaluation(
            of: flag, for: FlagContext(user: user, session: self.session, properties: properties),
            by: session.plan.target.algorithm)
        let algorithm = flag.algorithm ?? session.plan.target.algorithm
        if options.json {
            Output.json(
                Report(
                    flag: name, on: evaluation.isOn, variant: evaluation.variant, reason: evaluation.words(of: flag),
                    version: flag.version, algorithm: algorithm.rawValue))
        } else {
            let variant = evaluation.variant.map { ", variant \($0)" } ?? ""
            Output.line(
                "\(evaluation.isOn ? "on" : "off")\(variant)  \(evaluation.words(of: flag)) (\(algorithm.rawValue))")
        }
    }
}
