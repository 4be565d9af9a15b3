import Actions
import ArgumentParser
import Launch

/// `guardia flag check`: the flag validation of the launch day.
struct FlagCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the flags in Redis against the launch config: the validation before a launch.",
        discussion: """
            Missing flags, malformed ones (101 %, an unknown algorithm), names with spaces or escapes, another algorithm than \
            the launch config's, guards that are not well, flags that the config does not name (a warning). Exits 0 where \
            nothing is wrong, 1 where something is, 4 where Redis does not answer.
            """)

    @OptionGroup var options: ActionOptions

    private struct Report: Encodable {
        var errors: [String]
        var warnings: [String]
        var flags: Int
    }

    func run() async throws {
        let session = try FlagSession(options, for: nil)
        let looks: [FlagLook]
        do throws(FlagStoreError) {
            let names = Set(try await session.store.names()).union(session.plan.flags.map(\.name))
            var found: [FlagLook] = []
            for name in names.sorted() { found.append(try await session.store.look(name)) }
            looks = found
        } catch {
            await session.close()
            throw Failure.undecided(Told("the flags cannot be checked: \(error)"))
        }
        let findings = FlagFindings(looks, session.plan)
        await session.close()
        if options.json {
            Output.json(Report(errors: findings.errors, warnings: findings.warnings, flags: looks.count))
        } else {
            for warning in findings.warnings { Output.line("warning: \(warning)") }
            for error in findings.errors { Output.line("error: \(error)") }
            if findings.errors.isEmpty { Output.line("✓ \(looks.count) flags, none is wrong") }
        }
        throw ExitCode(findings.errors.isEmpty ? 0 : 1)
    }
}
