import GRDB
package import Launch

extension JournalReader {
    /// What some series were hour by hour: the mean of their last reading of each minute, which is what is left of a minute
    /// after it was downsampled.
    ///
    /// - Parameter since: the first hour that is wanted.
    package func hours(of ids: Set<SeriesID>, since start: Timestamp) throws(JournalError) -> [SeriesID: [HourMean]] {
        guard !ids.isEmpty else { return [:] }
        return try store.read { db in
            let table = try SeriesTable(db)
            let wanted = table.ids.indices.filter { table.ids[$0].map(ids.contains) ?? false }
            var minutes = Dictionary(uniqueKeysWithValues: wanted.map { ($0, Minutes()) })
            let key = try Int64.fetchOne(
                db, sql: "SELECT id FROM tick WHERE state IS NOT NULL AND utc >= ? ORDER BY utc LIMIT 1",
                arguments: [start.milliseconds])
            guard let key else { return [:] }
            var cursor = TickCursor(after: key.saturating(minus: 1))
            try TickCursor.each(db, where: "id >= ?", [key]) { row in
                guard cursor.enter(row) else { return true }
                cursor.readings(of: row) { series, cell in
                    guard minutes[series] != nil, let number = table.number(cell, of: series), number.isFinite else {
                        return
                    }
                    minutes[series]?.take(number, at: row.utc)
                }
                return true
            }
            var hours: [SeriesID: [HourMean]] = [:]
            for series in wanted {
                if let id = table.ids[series], let found = minutes[series]?.finished { hours[id, default: []] += found }
            }
            return hours
        }
    }
}

/// The last reading of each minute, gathered by the hour.
private struct Minutes {
    private var hours: [HourMean] = []
    private var minute: Int64 = .min
    private var last = 0.0
    private var sum = 0.0
    private var count: Int64 = 0

    mutating func take(_ number: Double, at time: Timestamp) {
        let now = time.milliseconds.flooredDivision(by: 60_000)
        if now != minute { close(before: now) }
        (minute, last) = (now, number)
    }

    private mutating func close(before next: Int64) {
        guard minute != .min else { return }
        sum += last
        count += 1
        if next == .max || next.flooredDivision(by: 60) != minute.flooredDivision(by: 60) {
            hours.append(
                HourMean(
                    hour: Timestamp(milliseconds: minute.flooredDivision(by: 60) * 3_600_000),
                    mean: sum / Double(count),
                    known: .minutes(count)))
            (sum, count) = (0, 0)
        }
    }

    var finished: [HourMean] {
        var copy = self
        copy.close(before: .max)
        return copy.hours
    }
}
