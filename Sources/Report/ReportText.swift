import Console
package import Launch

/// Times of a report, in the zone of the launch.
struct ReportTimes {
    let zone: Zone
    let figures: Figures
    private let today: CivilTime

    init(manifest: Manifest?, today: Timestamp) {
        zone = manifest?.zone ?? .utc
        figures = Figures(manifest?.figures == .english ? .english : .argentine)
        self.today = zone.civil(today)
    }

    /// `24/11/2026 14:42 ART`
    func full(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        return "\(figures.date(civil)) \(figures.shortClock(civil)) \(zone.abbreviation)"
    }

    /// `14:42`, with the date where it is another day's.
    func short(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        let isToday = (civil.year, civil.month, civil.day) == (today.year, today.month, today.day)
        return (isToday ? "" : figures.shortDate(civil) + " ") + figures.shortClock(civil)
    }

    /// `24/11 14:42:17`
    func exact(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        return figures.shortDate(civil) + " " + figures.clock(civil)
    }
}

enum ReportText {
    /// ` blue v1.3.9 → green v1.4.0`, with `prefix` before it; empty where it goes nowhere.
    static func move(_ record: ActionRecord, prefix: String = "") -> String {
        record.move.isEmpty ? "" : prefix + record.move
    }
}

/// A change of the config between two starts of the engine, in words.
package struct ManifestChange: Hashable, Sendable {
    package var at: Timestamp
    package var words: String

    /// What is another in `new` than in `old`; nil where a reader would see none.
    package init?(from old: Manifest, to new: Manifest, at time: Timestamp) {
        guard old != new else { return nil }
        var parts: [String] = []
        let before = Dictionary(old.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func list(_ word: String, _ ids: [SeriesID]) {
            guard !ids.isEmpty else { return }
            let more = ids.count > 4 ? " and \(ids.count - 4) more" : ""
            parts.append("\(word) " + ids.prefix(4).map(\.name).joined(separator: ", ") + more)
        }
        list("now reads", new.series.map(\.id).filter { before[$0] == nil })
        list("no longer reads", old.series.map(\.id).filter { after[$0] == nil })
        list(
            "other limits for",
            new.series.filter {
                before[$0.id].map { $0.thresholds } != nil && before[$0.id]?.thresholds != $0.thresholds
            }.map(\.id))
        if old.launchAt != new.launchAt { parts.append("another launch time") }
        if old.kpis != new.kpis { parts.append("other targets of the business") }
        if old.roster != new.roster { parts.append("other people or policies") }
        if old.deployment != new.deployment { parts.append("other deployment settings") }
        if old.flags != new.flags { parts.append("other flags") }
        if old.checklist != new.checklist { parts.append("another checklist") }
        (at, words) = (time, parts.isEmpty ? "what is shown was arranged anew" : parts.joined(separator: "; "))
    }
}
