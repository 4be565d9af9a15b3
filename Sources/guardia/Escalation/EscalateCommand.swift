import Actions
import ArgumentParser
import Journal
import Launch

/// `guardia escalate`: tell people now, or the next ones.
struct EscalateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "escalate",
        abstract:
            "Tell people of an alert, or of something in your own words; where a chain runs, tell the next ones now.",
        discussion: """
            Without --to-step a new chain begins at its policy's first step, and one that runs makes its next. The engine does \
            the telling: guardia alerts and the screen show who was reached. A chain in your own words ends when somebody \
            answers a page, or by guardia escalate --stop.

            Exits 4 where the engine is silent: then nobody is being called, and a person must.
            """)

    @OptionGroup var options: ActionOptions

    @Argument(help: "The alert's fingerprint, or a unique beginning of at least four characters.")
    var fingerprint: String?

    @Option(help: ArgumentHelp("What is wrong, where no alert says it.", valueName: "text"))
    var text: String?

    @Option(
        help: ArgumentHelp("Who is told, by name; otherwise the alert's policy, else the first.", valueName: "name"))
    var policy: String?

    @Option(help: ArgumentHelp("How bad it is, with --text: info, warning or critical.", valueName: "severity"))
    var severity = "critical"

    @Option(help: ArgumentHelp("Go to this step at once, counted from 1.", valueName: "number"))
    var toStep: Int?

    @Option(help: ArgumentHelp("End a chain: nobody else is told. Its id, or 'all'.", valueName: "chain"))
    var stop: String?

    func validate() throws {
        guard [fingerprint, text, stop].compactMap(\.self).count == 1 else {
            throw ValidationError("give an alert's fingerprint, or --text, or --stop")
        }
        if let text, text.allSatisfy(\.isWhitespace) || text.utf8.count > 1000 {
            throw ValidationError("--text says what is wrong, in at most 1000 bytes")
        }
        guard Severity(rawValue: severity) != nil else {
            throw ValidationError("--severity is info, warning or critical")
        }
        if let toStep, toStep < 1 { throw ValidationError("--to-step counts from 1") }
    }

    func run() async throws {
        let desk = try PeopleDesk(options, for: .escalate)
        if let stop { return try await end(stop, desk) }
        guard let roster = desk.launch.roster, !roster.policies.isEmpty else {
            throw Failure.usage(Told("\(options.config.path) has no section 'escalation': nobody would be told"))
        }
        let alert = try fingerprint.map { try find($0, desk) }
        if let alert, let chain = desk.board?.escalations.running.last(where: { $0.alerts.contains(alert.id) }) {
            return try await push(chain, alert, roster, desk)
        }
        try await begin(about: alert, roster, desk)
    }

    private func find(_ name: String, _ desk: PeopleDesk) throws -> Alert {
        guard let board = desk.board else {
            throw Failure.undecided(Told("\(desk.journal) cannot be read: use --text"))
        }
        let found = board.alerts.alerts.values.filter { $0.id.text.hasPrefix(name) && $0.state == .firing }
        guard name.utf8.count >= 4 else {
            throw Failure.usage(Told("'\(name)' is too short: at least four characters"))
        }
        guard let alert = found.first, found.count == 1 else {
            throw Failure.refused(
                Told(found.isEmpty ? "no alert '\(name)' fires" : "'\(name)' is the beginning of \(found.count) alerts")
            )
        }
        return alert
    }

    // MARK: A new chain

    private func begin(about alert: Alert?, _ roster: Roster, _ desk: PeopleDesk) async throws {
        let named = policy ?? alert?.facts.policy
        if let policy, !roster.policies.contains(where: { $0.name == policy }) {
            let names = roster.policies.map(\.name).joined(separator: ", ")
            throw Failure.usage(Told("there is no policy '\(policy)'; there is \(names)"))
        }
        guard let chosen = named.flatMap(roster.policy) ?? roster.policies.first else { return }
        let step = try stepIndex(in: chosen)
        let severity = alert?.facts.severity ?? Severity(rawValue: severity) ?? .critical
        let course = EscalationCourse(roster: roster, zone: desk.zone)
        let summary = alert?.facts.summary ?? text ?? ""
        let started = course.manual(
            chosen, about: alert.map { [$0.id] } ?? [], group: alert.map { chosen.group(of: $0.facts) } ?? Labels(),
            severity: severity, summary: options.reason.isEmpty ? summary : "\(summary) (\(options.reason))",
            by: desk.identity.who.name, firstStep: step == 0 ? nil : step, at: desk.clock.now().utc)
        try confirm(chosen, from: step, severity, roster, desk, summary, isGrave: step > 0)
        try await desk.tell(.started(started))
        try report(started.escalation, chosen, step, desk)
    }

    private func stepIndex(in policy: EscalationPolicy) throws -> Int {
        guard let toStep else { return 0 }
        guard toStep <= policy.steps.count else {
            throw Failure.usage(Told("the policy \(policy.name) has \(policy.steps.count) steps"))
        }
        return toStep - 1
    }

    // MARK: A chain that runs

    private func push(_ chain: Escalation, _ alert: Alert, _ roster: Roster, _ desk: PeopleDesk) async throws {
        let policy = chain.started.policy
        if let asked = self.policy, asked != policy.name {
            throw Failure.refused(Told("\(chain.id) runs by the policy \(policy.name), and keeps to it"))
        }
        let now = chain.step?.step ?? -1
        let wanted = toStep == nil ? now + 1 : try stepIndex(in: policy)
        guard wanted > now, policy.steps.indices.contains(wanted) else {
            throw Failure.refused(
                Told(
                    wanted <= now
                        ? "\(chain.id) is at step \(now + 1) already, and never goes back"
                        : "\(chain.id) is at its last step, \(policy.steps.count): nobody comes after it"))
        }
        try confirm(policy, from: wanted, chain.started.severity, roster, desk, alert.facts.summary, isGrave: true)
        try await desk.tell(
            .asked(
                .init(
                    escalation: chain.id, toStep: toStep == nil ? nil : wanted, by: desk.identity.who.name,
                    standing: EscalationPosition(chain.step))))
        try report(chain.id, policy, wanted, desk)
    }

    private func end(_ wanted: String, _ desk: PeopleDesk) async throws {
        let running = desk.board?.escalations.running ?? []
        let chains = wanted == "all" ? running : running.filter { $0.id.text == wanted }
        guard !chains.isEmpty else {
            let known = running.map(\.id.text).joined(separator: ", ")
            throw Failure.refused(Told("no chain '\(wanted)' runs" + (known.isEmpty ? "" : "; there runs \(known)")))
        }
        try await desk.tell(
            chains.map { .stopped(.init(escalation: $0.id, why: .acknowledged, by: desk.identity.who.name)) })
        let silence = desk.silence
        for chain in chains {
            if options.json {
                Output.json(
                    Result(
                        escalation: chain.id.text, policy: chain.started.policy.name, step: nil, stopped: true,
                        engineSilent: silence != nil))
            } else if silence != nil {
                Output.line("\(chain.id) is to stop: kept for the engine")
            } else {
                Output.line(
                    "\(chain.id) is stopped: those who were woken are told that \(desk.identity.who.name) has it")
            }
        }
        if let silence {
            Output.error("\(silence.words(in: desk.zone)): those who were woken are not told before it is back")
        }
    }

    // MARK: Plan and result

    /// Shows who will be called by what and when. Only the first step wakes nobody who need not be: what goes further is
    /// confirmed by typing who is woken first.
    private func confirm(
        _ policy: EscalationPolicy, from step: Int, _ severity: Severity, _ roster: Roster, _ desk: PeopleDesk,
        _ summary: String, isGrave: Bool
    ) throws {
        guard !options.yes else { return }
        Output.line("\(severity.rawValue.uppercased()) \(summary)")
        var after: Milliseconds = 0
        var target = policy.name
        for index in policy.steps.indices where index >= step && policy.steps[index].severity <= severity {
            let ways = roster.ways(of: policy.steps[index], at: desk.clock.now().utc + after, in: desk.zone)
            let words = ways.map { "\($0.contact ?? "channel") by \($0.channel)" }.joined(separator: ", ")
            if index == step, let contact = ways.lazy.compactMap(\.contact).first { target = contact }
            let time = after == 0 ? "now" : "in \(PeopleText.span(after))"
            Output.line("  step \(index + 1) of \(policy.steps.count)  \(time): \(words.isEmpty ? "NOBODY" : words)")
            after = after + policy.steps[index].wait
        }
        switch isGrave ? Confirmation.typed(target) : Confirmation.yes() {
        case true?: return
        case false?: throw Failure.refused(Told("not confirmed: nobody is told"))
        case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
        }
    }

    private struct Result: Encodable {
        var escalation: String
        var policy: String
        var step: Int?
        var stopped: Bool
        /// Nobody acts on it before the engine is back.
        var engineSilent: Bool
    }

    /// - Throws: 4 where the engine is silent: nobody is woken then, and whoever asked must know.
    private func report(_ id: EscalationID, _ policy: EscalationPolicy, _ step: Int, _ desk: PeopleDesk) throws {
        let silence = desk.silence
        let place = "step \(step + 1) of \(policy.steps.count) of \(policy.name)"
        if options.json {
            Output.json(
                Result(
                    escalation: id.text, policy: policy.name, step: step + 1, stopped: false,
                    engineSilent: silence != nil))
        } else {
            Output.line("\(id): \(silence == nil ? "the engine is told" : "kept for the engine"); \(place)")
        }
        guard let silence else { return }
        throw Failure.undecided(
            Told(
                "\(silence.words(in: desk.zone)): NOBODY IS BEING CALLED. Telephone them yourself: guardia contacts. "
                    + "It goes on by itself once the engine is back."))
    }
}
