import Actions
import ArgumentParser
import Journal
import Launch
import Notify
import Settings
import Watch
import Wire

/// `guardia notify test`: sends a marked test and tells what came back.
struct NotifyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a test, marked as one, and tell what came back.",
        discussion: """
            Without a channel: by every channel that needs no address; with --contact, by every way to them, each with a code \
            that proves that it came: guardia contacts verify NAME CHANNEL --code CODE. It is sent at once, past the outbox, and once. That a \
            provider took it is not that somebody has read it: where the provider says what became of it, that is waited for.

            Exit codes: 0 every test was taken, and none is known to have failed; 1 one was not.
            """)

    @Argument(help: "The channel's name in the config.")
    var channel: String?

    @Option(help: ArgumentHelp("Where to: a number, a mailbox, a token, as the channel has it.", valueName: "address"))
    var to: String?

    @Option(help: ArgumentHelp("To whom, by the ways that the config has.", valueName: "name"))
    var contact: String?

    @Option(help: ArgumentHelp("What it says beside that it is a test.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("How long to wait for what became of it, as 30s.", valueName: "time"))
    var wait = SpanArgument<Seconds>(.seconds(30))

    @Flag(help: "One JSON object a channel.")
    var json = false

    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal to tell; otherwise as the config says.", valueName: "file"))
    var journal: String?

    func validate() throws {
        guard (Milliseconds.seconds(0) ... .minutes(10)).contains(wait.span) else {
            throw ValidationError("--wait is from 0s to 10m")
        }
        if to != nil, channel == nil { throw ValidationError("--to needs a channel") }
        if to != nil, contact != nil { throw ValidationError("--to and --contact: one of them") }
        guard text?.utf8.count ?? 0 <= 1000 else { throw ValidationError("--text takes at most 1000 bytes") }
    }

    private struct Row: Encodable {
        var channel: String
        var contact: String?
        var type: String
        var page: String
        var good: Bool
        var answer: String
        var reason: String?
        var reference: String?
        var delivery: String?
    }

    func run() async throws {
        let identity: OperatorIdentity
        do { identity = try OperatorIdentity.of(config) } catch { throw Failure.refused(error) }
        let launch: LaunchConfiguration
        let zone: Zone
        let clock = SystemClock()
        do {
            launch = try config.load().configuration
            zone = try ZoneTable.make(
                name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc)
        } catch {
            throw Failure.usage(error)
        }
        let goals = try goals(of: launch)
        let secrets = SecretStore()
        let reactor: Reactor
        do { reactor = try Reactor() } catch { throw Failure.failed(error) }
        defer { reactor.shutdown() }
        let context = ChannelContext(reactor: reactor, clock: clock, zone: zone) { try secrets.resolve($0) }
        let journal = journal ?? launch.journal.path
        let teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
        let key = contact == nil ? nil : CodeKey(journal: journal)
        var isGood = true
        for goal in goals {
            let now = clock.now().utc
            let page = ChannelTest.page(of: goal.plan.name, at: now, random: .random(in: 0 ... .max))
            let test = ChannelTest(
                of: goal.plan.name, page: page, to: goal.address, contact: contact,
                launch: "\(launch.product.name) \(launch.environment)", by: identity.who.name, text: text,
                code: key?.code(of: page), at: now)
            await teller.tell(
                .escalation(
                    .queued(
                        .init(
                            page: page, escalation: nil, channel: goal.plan.name, contact: contact, purpose: .test,
                            step: nil))))
            let result = await test.run(by: makeChannel(for: goal.plan, in: context), patience: wait.span.duration)
            for outcome in result.outcomes {
                await teller.tell(.escalation(.attempted(.init(page: page, outcome: outcome))))
            }
            isGood = isGood && result.isGood
            print(goal.plan, page, result)
        }
        await teller.settle(within: .seconds(5))
        if let trouble = teller.trouble { Output.error(trouble) }
        teller.close()
        if !isGood { throw ExitCode(1) }
    }

    private struct Goal {
        var plan: ChannelPlan
        var address: String
    }

    /// By which channels, and where to.
    private func goals(of launch: LaunchConfiguration) throws -> [Goal] {
        let plans = launch.channels
        guard !plans.isEmpty else {
            throw Failure.usage(Told("\(config.path) has no section 'channels': nobody can be told"))
        }
        if let channel, !plans.contains(where: { $0.name == channel }) {
            let hint = Nearest.hint(for: channel, among: plans.map(\.name)) ?? plans.map(\.name).joined(separator: ", ")
            throw Failure.usage(Told("there is no channel '\(channel)'; \(hint)"))
        }
        if let contact { return try goals(to: contact, in: launch) }
        if let channel, let plan = plans.first(where: { $0.name == channel }) {
            guard to != nil || !plan.needsAddress else {
                throw Failure.usage(Told("'\(channel)' needs an address: --to ADDRESS, or --contact NAME"))
            }
            return [Goal(plan: plan, address: to ?? plan.to)]
        }
        let open = plans.filter { !$0.needsAddress }
        guard !open.isEmpty else {
            throw Failure.usage(
                Told("every channel needs an address: guardia notify test \(plans[0].name) --to ADDRESS"))
        }
        for plan in plans where plan.needsAddress {
            Output.error("left out: \(plan.name) needs an address (guardia notify test \(plan.name) --to ADDRESS)")
        }
        return open.map { Goal(plan: $0, address: $0.to) }
    }

    private func goals(to name: String, in launch: LaunchConfiguration) throws -> [Goal] {
        guard let contact = launch.contacts.first(where: { $0.name == name }) else {
            let names = launch.contacts.map(\.name)
            let hint =
                Nearest.hint(for: name, among: names)
                ?? (names.isEmpty ? "the config has none" : names.joined(separator: ", "))
            throw Failure.usage(Told("there is no contact '\(name)'; \(hint)"))
        }
        let ways = contact.ways.filter { channel == nil || $0.channel == channel }
        guard !ways.isEmpty else {
            throw Failure.usage(
                Told(
                    "\(name) has no way '\(channel ?? "")'; they have \(contact.ways.map(\.channel).joined(separator: ", "))"
                ))
        }
        return try ways.compactMap { way in
            guard let plan = launch.channels.first(where: { $0.name == way.channel }) else { return nil }
            return Goal(plan: plan, address: try NotifyTestCommand.resolved(way.address))
        }
    }

    /// An address may be a reference, as a secret is.
    private static func resolved(_ address: String) throws -> String {
        guard address.hasPrefix("env:") || address.hasPrefix("file:") else { return address }
        do { return try SecretStore().resolve(try Secret(reference: address)) } catch { throw Failure.usage(error) }
    }

    private func print(_ plan: ChannelPlan, _ page: PageID, _ result: ChannelTest.Result) {
        let (word, reason, reference): (String, String?, String?) =
            switch result.answer {
            case .taken(let reference): ("taken", nil, reference.isEmpty ? nil : reference)
            case .refused(let reason): ("refused", reason, nil)
            case .later(let reason, _): ("later", reason, nil)
            case .unreachable(let reason): ("unreachable", reason, nil)
            case .ambiguous(let reason): ("ambiguous", reason, nil)
            }
        let (delivery, failure): (String?, String?) =
            switch result.delivery {
            case nil: (nil, nil)
            case .delivered: ("delivered", nil)
            case .failed(let reason): ("failed", reason)
            case .underway: ("underway", nil)
            case .unknown: ("unknown", nil)
            }
        if json {
            return Output.json(
                Row(
                    channel: plan.name, contact: contact, type: plan.type, page: page.text, good: result.isGood,
                    answer: word,
                    reason: reason ?? failure, reference: reference, delivery: delivery))
        }
        var line = "\(result.isGood ? "✓" : "✗") \(plan.name) (\(plan.type))"
        if let contact { line += " to \(contact)" }
        line += "  \(word)"
        if let reference { line += " as \(reference)" }
        if let reason { line += ": \(reason)" }
        if let delivery { line += ", \(delivery)" + (failure.map { ": \($0)" } ?? "") }
        Output.line(line)
    }
}
