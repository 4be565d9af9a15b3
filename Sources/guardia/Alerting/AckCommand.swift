import Actions
import ArgumentParser
import Journal
import Launch

/// `guardia ack`: takes alerts.
struct AckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Take alerts: nobody else is woken for them, until they end or your time is over.",
        discussion: """
            An alert that still fires when the time is over is open again, and is told again. The engine hears of it through \
            the journal; where it is silent, that is said on stderr.

            Exit codes: 0 told, 1 told nowhere, 2 wrong usage or configuration, 3 refused: no such alert, or you may not.
            """)

    @OptionGroup var options: AlertOptions

    @Argument(help: "The alerts' fingerprints, or unique beginnings of four characters.")
    var fingerprints: [String] = []

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long you have it: 30m, 2h, or “resolved”: as long as it fires.", valueName: "time"))
    var span = "30m"

    @Flag(help: "All alerts that fire and that nobody has taken.")
    var all = false

    @Option(help: ArgumentHelp("Where it was given.", visibility: .hidden))
    var way: Way = .command

    enum Way: String, ExpressibleByArgument { case command, dashboard }

    func validate() throws {
        if all == !fingerprints.isEmpty { throw ValidationError("give fingerprints, or --all") }
        if span != Self.forGood { _ = try AlertDesk.span(span, "--for", .minutes(1) ... .hours(24)) }
    }

    private static let forGood = "resolved"

    func run() async throws {
        let desk = try AlertDesk(options, for: .ack)
        let alerts = try all ? desk.log.sorted.filter(\.isOpen) : desk.alerts(fingerprints)
        if alerts.isEmpty {
            Output.error("nothing fires that nobody has taken")
            return
        }
        let until: Timestamp? =
            span == Self.forGood
            ? nil : desk.clock.now().utc + (try AlertDesk.span(span, "--for", .minutes(1) ... .hours(24)))
        let acks = alerts.map { alert in
            AlertEvent.Acknowledged(
                alert: alert.id, by: desk.identity.who.name, way: way == .dashboard ? .dashboard : .command,
                until: until, comment: options.comment)
        }
        try await desk.tell(acks.map(AlertEvent.acknowledged))
        for (ack, alert) in zip(acks, alerts) {
            if options.json {
                Output.json(ack)
            } else {
                Output.line(
                    "\(alert.id)  \(alert.facts.rule): yours until \(until.map { desk.time($0) } ?? "it is over"), \(alert.facts.summary)"
                )
            }
        }
    }
}

/// `guardia unack`: gives alerts back.
struct UnackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unack", abstract: "Give alerts back: they are open again, and are told again.",
        discussion: "Exit codes: 0 told, 1 told nowhere, 2 wrong usage or configuration, 3 refused.")

    @OptionGroup var options: AlertOptions

    @Argument(help: "The alerts' fingerprints, or unique beginnings of four characters.")
    var fingerprints: [String]

    func validate() throws {
        if fingerprints.isEmpty { throw ValidationError("give at least one fingerprint") }
    }

    func run() async throws {
        let desk = try AlertDesk(options, for: .ack)
        let alerts = try desk.alerts(fingerprints)
        if let free = alerts.first(where: { $0.acknowledged == nil }) {
            throw Failure.refused(Told("nobody has taken \(free.id), \(free.facts.rule)"))
        }
        let events = alerts.map { AlertEvent.Unacknowledged(alert: $0.id, by: desk.identity.who.name) }
        try await desk.tell(events.map(AlertEvent.unacknowledged))
        for (event, alert) in zip(events, alerts) {
            if options.json { Output.json(event) } else { Output.line("\(alert.id)  \(alert.facts.rule): open again") }
        }
    }
}
