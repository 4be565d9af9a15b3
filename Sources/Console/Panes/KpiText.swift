import Launch

/// What is said of a business figure besides its value: what it stands on, its target, and how it compares.
struct KpiText {
    let model: Model
    let state: KpiState

    private var words: Words { model.words }

    /// The cells of ``short``, whatever the change of the moment is.
    static let shortWidth = 7

    /// `wk+8%`, as it stands beside a sparkline; empty where nothing is compared.
    var short: Span? {
        guard let week = state.week else { return nil }
        return Span(words(.weekShort) + amount(week, isShort: true), role(week))
    }

    /// `of 412`: what the figure stands on; empty where that is not counted.
    var events: String { state.events.map { words(.ofEvents, model.figures.value($0, unit: .count)) } ?? "" }

    /// One line each: against last week, since the last deploy.
    var lines: [Span] {
        var lines: [Span] = []
        if let week = state.week { lines.append(Span(words(.sinceWeek, amount(week)), role(week))) }
        if let deploy = state.deploy { lines.append(Span(words(.sinceDeploy, amount(deploy)), role(deploy))) }
        return lines
    }

    /// The same with the figures that it is compared with, for the page of the figure.
    var details: [(label: Word, spans: [Span])] {
        var details: [(Word, [Span])] = []
        if let target = state.kpi.target {
            let isMet: Span? = state.isMet.map {
                Span("  " + words($0 ? .targetMet : .targetMissed), $0 ? .ok : .warning)
            }
            details.append((.labelTarget, [Span(bound(target), .text)] + (isMet.map { [$0] } ?? [])))
        }
        if state.kpi.events != nil {
            let events = state.events.map { model.figures.value($0, unit: .count) } ?? Figures.none
            let window = state.kpi.window.map { "  " + words(.inWindow, model.figures.age($0)) } ?? ""
            details.append((.labelEvents, [Span(events, .text), Span(window, .dim)]))
        } else if let window = state.kpi.window {
            details.append((.labelEvents, [Span(words(.inWindow, model.figures.age(window)), .dim)]))
        }
        if state.kpi.week != nil { details.append((.labelWeek, against(state.week))) }
        if state.kpi.comparesDeploy { details.append((.labelDeploy, against(state.deploy))) }
        return details
    }

    /// `≥90 %`
    func bound(_ target: Kpi.Target, isShort: Bool = false) -> String {
        let figures = model.figures
        let number =
            isShort ? figures.shortBound(target.value, unit: state.unit) : figures.bound(target.value, unit: state.unit)
        return switch target {
        case .atLeast: figures.atLeast + number
        case .atMost: figures.atMost + number
        }
    }

    private func against(_ change: KpiState.Change?) -> [Span] {
        guard let change else { return [Span(words(.notCompared), .dim)] }
        return [
            Span(model.figures.value(change.was, unit: state.unit), .text), Span("  " + amount(change), role(change)),
        ]
    }

    /// `+8 %`; of a percentage in points: `−1,2 pt`.
    private func amount(_ change: KpiState.Change, isShort: Bool = false) -> String {
        guard let amount = change.amount(state.unit) else { return Figures.none }
        let clamped = min(max(amount, -999), 999)
        if state.unit == .percent {
            // In a column whole points do: how it is judged is said by its colour, and all of it by its page.
            let shown = isShort ? min(max(clamped, -99), 99) : clamped
            let number = model.figures.number(abs(shown), decimals: isShort || abs(shown) >= 9.95 ? 0 : 1)
            return (shown < 0 ? "−" : "+") + number + (isShort ? "pt" : " pt")
        }
        return isShort ? model.figures.change(clamped).replacing(" ", with: "") : model.figures.change(clamped)
    }

    private func role(_ change: KpiState.Change) -> Role {
        switch change.verdict {
        case .worse: .warning
        case .better: .ok
        case .same, .different, .tooLittle: .dim
        }
    }
}

extension Model {
    /// The business figure that a series is; nil for any other series.
    func kpi(of id: SeriesID) -> KpiText? {
        guard let kpi = shownManifest?.kpis?.first(where: { $0.series == id }) else { return nil }
        let isSilent = frozen.map { $0.board.isSilent(at: $0.now) || self.isSilent } ?? self.isSilent
        return KpiText(model: self, state: KpiState(kpi, on: shown, at: shownNow, engineSilent: isSilent))
    }

    /// Whether anything is compared with last week, which needs a column.
    func comparesWeeks(_ rows: [Panes.Row]) -> Bool {
        let weekly = Set((shownManifest?.kpis ?? []).filter { $0.week != nil }.map(\.series))
        return !weekly.isEmpty && rows.contains { weekly.contains($0.main) }
    }
}
