import ArgumentParser
import Console
import Journal
import Launch
import Settings
import Watch
import Wire

/// `guardia kpi`: the business figures, each with what it stands on, its target, its age and its comparisons.
struct KpiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kpi",
        abstract:
            "Print the business figures: value, events, target, age, against last week and since the last deploy.",
        discussion: """
            They are read from the journal, or from the one that --config names. --explain names the query behind a figure and asks its database what it would \
            cost (EXPLAIN, which does not run it); that needs the config.

            Exits 0 whatever the figures are, 1 where the journal or a database cannot be read, 2 for a figure that the \
            launch does not have.
            """)

    @Argument(help: "Only this figure, by its name in the config.") var name: String?

    @Flag(help: "Print the query behind each figure and what its database says it costs.") var explain = false

    @Flag(help: "One JSON object a line.") var json = false

    @OptionGroup var journal: JournalOption
    @OptionGroup var config: ConfigOptions

    func run() async throws {
        let launch: LaunchConfiguration?
        let path: String
        do {
            launch = explain || config.given != nil ? try config.load().configuration : nil
            // What was typed goes before what the environment says.
            path = try config.given != nil ? launch.map { journal.path(of: $0) } ?? journal.path : journal.resolved()
        } catch {
            throw Failure.usage(error)
        }
        let board: Board
        do { board = try JournalReader(path: path).currentBoard(span: .minutes(31)) } catch {
            throw Failure.failed(error)
        }
        let states = try states(of: board)
        let reactor = explain ? try Reactor() : nil
        defer { reactor?.shutdown() }
        for state in states {
            var source: Source?
            if explain, let launch, let reactor { source = await Source(of: state.kpi, in: launch, on: reactor) }
            if json { Output.json(Report(state, source)) } else { print(state, source, board) }
        }
        if let failure = states.isEmpty ? "the launch has no business figures: its config has no 'kpis'" : nil {
            Output.error(failure)
        }
    }

    private func states(of board: Board) throws -> [KpiState] {
        let kpis = board.manifest?.kpis ?? []
        let now = SystemClock().now()
        let isSilent = board.isSilent(at: now)
        if let name, !kpis.contains(where: { $0.name == name }) {
            let known = kpis.map(\.name)
            let hint = Nearest.hint(for: name, among: known) ?? "known: \(known.joined(separator: ", "))"
            Output.error("there is no figure '\(name)'; \(known.isEmpty ? "the launch has none" : hint)")
            throw ExitCode(2)
        }
        return kpis.filter { name == nil || $0.name == name }
            .map { KpiState($0, on: board, at: now, engineSilent: isSilent) }
    }

    private func print(_ state: KpiState, _ source: Source?, _ board: Board) {
        let figures = Figures(board.manifest?.figures == .english ? .english : .argentine)
        for line in KpiLines(state: state, figures: figures).lines { Output.line(line) }
        guard let source else { return }
        Output.line("    from     \(source.place)")
        if let text = source.text { Output.line("    asks     \(text)") }
        if let cost = source.plan?.cost {
            let scans = source.plan?.sequentialScans ?? []
            let note = scans.isEmpty ? "" : "; reads from end to end: \(scans.joined(separator: ", "))"
            Output.line("    cost     \(cost)\(note)")
        }
        for line in source.plan?.lines ?? [] { Output.line("             \(line)") }
        if let failure = source.failure { Output.line("    cost     not known: \(failure)") }
    }
}

/// A figure as lines of text.
struct KpiLines {
    let state: KpiState
    let figures: Figures

    var lines: [String] {
        let kpi = state.kpi
        var head = "\(glyph) \(kpi.title): \(value)"
        if let target = kpi.target {
            let text = figures.value(target.value, unit: state.unit)
            let sign = if case .atLeast = target { "≥" } else { "≤" }
            head += "  target \(sign)\(text)"
            if let isMet = state.isMet { head += isMet ? " met" : " MISSED" }
        }
        var lines = [head]
        var facts: [String] = []
        if let events = state.events { facts.append("of \(figures.value(events, unit: .count)) events") }
        if let window = kpi.window { facts.append("in \(figures.age(window))") }
        if let age = state.age { facts.append("\(figures.age(age)) old") }
        if let week = state.week { facts.append("\(change(week)) against last week") }
        if let deploy = state.deploy { facts.append("\(change(deploy)) since the deploy") }
        if !facts.isEmpty { lines.append("    " + facts.joined(separator: " · ")) }
        if let miss = state.miss { lines.append("    last miss: \(miss)") }
        return lines
    }

    private var glyph: String {
        if state.assessment.isUnjudged { return "·" }
        if state.assessment.verdict == .ok, state.isMet == false { return "!" }
        return String(Character(state.assessment.verdict.glyph))
    }

    private var value: String {
        if let word = state.word { return word }
        guard let value = state.value else { return "never read" }
        let text = figures.value(value, unit: state.unit)
        return state.assessment.freshness == .lastKnown ? "LAST KNOWN \(text)" : text
    }

    private func change(_ change: KpiState.Change) -> String {
        guard let amount = change.amount(state.unit) else { return "not comparable" }
        if state.unit == .percent {
            return (amount < 0 ? "−" : "+") + figures.number(abs(amount), decimals: 1) + " points"
        }
        return figures.change(amount)
    }
}

/// Where a figure comes from, and what its query costs.
struct Source {
    var place: String
    var text: String?
    var plan: QueryPlan?
    var failure: String?

    init(of kpi: Kpi, in launch: LaunchConfiguration, on reactor: Reactor) async {
        let parts = kpi.series.name.split(separator: ".", maxSplits: 1)
        guard let probe = launch.probes.first(where: { $0.name == parts.first.map(String.init) }), parts.count == 2
        else {
            let formula = launch.derivations.first { $0.series == kpi.series }?.formula
            place = formula.map { "derived: \($0.text)" } ?? "nothing in this config"
            return
        }
        place = "\(probe.target.kind) probe '\(probe.name)', every \(Int(probe.interval.seconds)) s"
        let name = String(parts[1])
        switch probe.target {
        case .postgres(let target):
            guard let question = target.questions.first(where: { $0.name == name }) else { return }
            text = question.text
            let secrets = SecretStore()
            do {
                plan = try await QueryPlan.explain(
                    question, on: target, secret: { try secrets.resolve($0) }, reactor: reactor)
            } catch {
                failure = (error as? WireError)?.reason ?? String(describing: error)
            }
        case .prometheus(let target): text = target.questions.first { $0.name == name }?.text
        case .redis(let target): text = target.questions.first { $0.name == name }?.text
        case .metrics(let target): text = target.extracts.first { name.hasPrefix($0.name) }.map { $0.metric }
        default: break
        }
    }
}

/// A figure for scripts: numbers in base units, null where nothing is known.
private struct Report: Encodable {
    var name: String
    var title: String
    var series: String
    var unit: String
    var value: Double?
    var verdict: String
    var unjudged: String?
    var ageSeconds: Double?
    var lastKnown: Bool
    var events: Double?
    var windowSeconds: Double?
    var target: Double?
    var targetIs: String?
    var met: Bool?
    var weekAgo: Double?
    var beforeDeploy: Double?
    var miss: String?
    var query: String?
    var planCost: Double?
    var plan: [String]?

    init(_ state: KpiState, _ source: Source?) {
        name = state.kpi.name
        title = state.kpi.title
        series = state.kpi.series.name
        unit = state.unit.rawValue
        value = state.word == nil ? state.value : nil
        verdict = "\(state.assessment.verdict)"
        unjudged = state.word
        ageSeconds = state.age?.seconds
        lastKnown = state.assessment.freshness == .lastKnown
        events = state.events
        windowSeconds = state.kpi.window?.seconds
        target = state.kpi.target?.value
        targetIs = state.kpi.target.map { if case .atLeast = $0 { "at least" } else { "at most" } }
        met = state.isMet
        weekAgo = state.week?.was
        beforeDeploy = state.deploy?.was
        miss = state.miss
        query = source?.text
        planCost = source?.plan?.cost
        plan = source?.plan?.lines
    }
}
