import Console
import Launch

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
