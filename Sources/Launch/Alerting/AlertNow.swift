extension Alert {
    /// What the judged series reads now. A summary keeps the figures with which it fired: where this differs from them, both are
    /// to be said. Nil where the summary has no figures, or where the value of now is not known or is another thing than theirs.
    package func valueNow(on board: Board, at now: Moment, engineSilent: Bool) -> (value: Double, unit: Unit)? {
        guard tellsOldFigures, let series = facts.series, let track = board.track(series), let value = track.number,
            value.isFinite, facts.unit == nil || facts.unit == track.series.unit, !track.series.tellsWhetherUp,
            track.series.unit != .verdict
        else { return nil }
        let freshness = board.assessment(of: series, at: now, engineSilent: engineSilent).freshness
        return freshness == .fresh || freshness == .stale ? (value, track.series.unit) : nil
    }

    /// Whether the summary has figures, which were those of the moment when it fired.
    package var tellsOldFigures: Bool {
        state == .firing && facts.isAbsence != true && facts.value != nil && facts.summary.contains(where: \.isNumber)
    }
}
