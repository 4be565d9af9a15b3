import Actions
import ArgumentParser
import Foundation
import Journal
import Launch
import Notify
import Settings
import Watch
import Wire

/// `guardia digest`: the report to the business.
struct DigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Say when the report to the business goes, show it, or send it now.",
        discussion: """
            The engine sends it at its hours, through the outbox. Without an option it says when each goes next, and went last. \
            --send sends it at once and once, past the outbox, to the same mailboxes; what is due goes all the same. It reads \
            secrets, so run it as the service user.

            Exit codes: 0 done, 1 not taken by the mail server, 2 wrong usage or configuration, or no journal to read.
            """)

    @Argument(help: "The report's name in the config; otherwise the first.") var name: String?

    @Flag(help: "Print the report as it would go now.") var preview = false

    @Flag(help: "With --preview: the HTML part.") var html = false

    @Flag(help: "Send it now.") var send = false

    @Flag(help: "Print the result as JSON.") var json = false

    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal that it is made of; otherwise as the config says.", valueName: "file"))
    var journal: String?

    func validate() throws {
        if preview, send { throw ValidationError("--preview or --send") }
        if html, !preview { throw ValidationError("--html goes with --preview") }
    }

    private struct Row: Encodable {
        var digest: String
        var to: [String]
        var next: String?
        var last: String?
    }

    func run() async throws {
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
        guard !launch.digests.isEmpty else {
            throw Failure.usage(Told("\(config.path) has no section 'digest': docs/configuration.md says how"))
        }
        let plans = launch.digests.filter { name == nil || $0.name == name }
        guard let plan = plans.first else {
            throw Failure.usage(
                Told(
                    "there is no digest '\(name ?? "")'; there is \(launch.digests.map(\.name).joined(separator: ", "))"
                ))
        }
        let path = journal ?? launch.journal.path
        let reader = DigestReader(path: path)
        guard preview || send else { return try await list(plans, launch, zone, reader, at: clock.now().utc) }
        let now = clock.now()
        let report: DigestReport
        do {
            let titles = Dictionary(
                launch.contacts.map { ($0.name, $0.title) }, uniquingKeysWith: { first, _ in first })
            report = try await reader.report(
                plan, from: plan.last(before: now.utc, in: zone) ?? now.utc + .days(-1), to: now.utc, at: now,
                titles: titles)
        } catch {
            throw Failure.failed(error)
        }
        if preview {
            let text = DigestText(report, in: plan.language)
            if html { return Output.text(text.html) }
            for line in text.text.split(separator: "\n", omittingEmptySubsequences: false) { Output.line(String(line)) }
            return
        }
        try await send(plan, report, launch, zone, path, at: now)
    }

    private func list(
        _ plans: [DigestPlan], _ launch: LaunchConfiguration, _ zone: Zone, _ reader: DigestReader, at now: Timestamp
    ) async throws {
        let history = (try? await reader.history()) ?? []
        for plan in plans {
            let last = history.last { if case .given(let body) = $0 { body.digest == plan.name } else { false } }
            let lastDue: Timestamp? = if case .given(let body) = last { body.due } else { nil }
            let next = plan.next(after: now, launchAt: launch.launch.at, in: zone)
            if json {
                Output.json(
                    Row(
                        digest: plan.name, to: plan.to, next: next.map(PeopleText.utc),
                        last: lastDue.map(PeopleText.utc)))
            } else {
                Output.line(
                    "\(plan.name) by \(plan.channel) to \(plan.to.joined(separator: ", "))  next \(next.map { PeopleText.time($0, zone) } ?? "never")"
                        + "  last \(lastDue.map { PeopleText.time($0, zone) } ?? "never")")
            }
        }
    }

    private struct Sent: Encodable {
        var digest: String
        var to: String
        var answer: String
        var reason: String?
    }

    private func send(
        _ plan: DigestPlan, _ report: DigestReport, _ launch: LaunchConfiguration, _ zone: Zone, _ path: String,
        at now: Moment
    ) async throws {
        let identity: OperatorIdentity
        do { identity = try OperatorIdentity.current(host: Origin.name) } catch { throw Failure.refused(error) }
        guard let channel = launch.channels.first(where: { $0.name == plan.channel }) else {
            throw Failure.usage(Told("there is no channel '\(plan.channel)'"))
        }
        let reactor: Reactor
        do { reactor = try Reactor() } catch { throw Failure.failed(error) }
        defer { reactor.shutdown() }
        let (secrets, clock) = (SecretStore(), SystemClock())
        let sender = makeChannel(
            for: channel, in: ChannelContext(reactor: reactor, clock: clock, zone: zone) { try secrets.resolve($0) })
        let teller = JournalTeller(journal: path, origin: Origin.name, clock: clock)
        var count = 0
        for mailbox in plan.to {
            let notification = plan.notification(
                report, due: now.utc, to: mailbox, launch: "\(launch.product.name) \(launch.environment)", sign: "-now",
                expires: now.utc + .hours(1))
            await teller.tell(
                .escalation(
                    .queued(
                        .init(
                            page: notification.page, escalation: nil, channel: plan.channel, contact: nil,
                            purpose: .digest,
                            step: nil))))
            let (word, reason, outcome): (String, String?, PageOutcome) =
                switch await sender.send(notification, thread: nil) {
                case .taken(let reference): ("taken", nil, .sent(reference: reference))
                case .refused(let reason): ("refused", reason, .failed(reason: reason))
                case .later(let reason, _): ("later", reason, .failed(reason: reason))
                case .unreachable(let reason): ("unreachable", reason, .failed(reason: reason))
                case .ambiguous(let reason): ("ambiguous", reason, .failed(reason: reason))
                }
            await teller.tell(.escalation(.attempted(.init(page: notification.page, outcome: outcome))))
            if word == "taken" { count += 1 }
            if json {
                Output.json(Sent(digest: plan.name, to: mailbox, answer: word, reason: reason))
            } else {
                Output.line("\(word == "taken" ? "✓" : "✗") \(mailbox)  \(word)" + (reason.map { ": \($0)" } ?? ""))
            }
        }
        await teller.tell(
            .digest(.given(.init(digest: plan.name, due: now.utc, recipients: count, by: identity.who.name))))
        await teller.settle(within: .seconds(5))
        if let trouble = teller.trouble { Output.error(trouble) }
        teller.close()
        if count < plan.to.count { throw ExitCode(1) }
    }
}
