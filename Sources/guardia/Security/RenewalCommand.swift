import ArgumentParser
import Journal
import Launch
import Security

/// `guardia renewal`: whether certificates are renewed.
struct RenewalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renewal",
        abstract: "Say how certbot's renewals on this machine go: last run, next due, hook, dry run.",
        discussion: "Exits 1 where something is critical or unknown.")

    @OptionGroup var options: SecurityOptions

    func run() async throws {
        let launch = try options.load()
        guard let plan = launch.security?.renewal else {
            throw Failure.usage(NotConfigured(section: "security.renewal"))
        }
        let check = await RenewalSurvey.take(plan, now: SystemClock().now().utc).check(every: plan.every)
        if options.json {
            try SecurityOptions.json(check)
        } else {
            for item in check.items { Output.line("\(item.verdict.label)  \(item.name)  \(item.text)") }
        }
        try options.tell([check], launch)
        if check.verdict == .critical || check.verdict == .unknown { throw ExitCode(1) }
    }
}
