import GRDB
package import Launch

extension JournalReader {
    /// The values of some series over a span each, oldest first, averaged over slots of ``slots`` to a span: what rules that
    /// look back begin with.
    ///
    /// It decodes every tick of the longest span: half a second for two days of two hundred series.
    package func samples(of spans: [SeriesID: Milliseconds]) throws(JournalError) -> [SeriesID: [AlertPast.Sample]] {
        guard let longest = spans.values.max() else { return [:] }
        return try store.read { db in
            guard let newest = try Int64.storedTime(db, sql: "SELECT utc FROM tick ORDER BY id DESC LIMIT 1") else {
                return [:]
            }
            let table = try SeriesTable(db)
            var columns: [Int: SampleColumn] = [:]
            for (number, id) in table.ids.enumerated() {
                guard let id, let span = spans[id] else { continue }
                columns[number] = SampleColumn(id: id, from: newest.saturating(minus: span.count), span: span)
            }
            guard !columns.isEmpty else { return [:] }
            var cursor = TickCursor()
            let start = try BoardLoader.key(db, before: newest.saturating(minus: longest.count))
            try TickCursor.each(db, where: "id >= ?", [start]) { row in
                guard cursor.enter(row) else { return true }
                cursor.readings(of: row) { series, cell in
                    guard let value = table.number(cell, of: series), value.isFinite else { return }
                    columns[series]?.take(value, at: row.utc.milliseconds)
                }
                return true
            }
            var samples: [SeriesID: [AlertPast.Sample]] = [:]
            for column in columns.values {
                // A series whose unit changed has two numbers.
                samples[column.id] = ((samples[column.id] ?? []) + column.finished).sorted { $0.at < $1.at }
            }
            return samples
        }
    }
}

/// One series' values, gathered into slots.
private struct SampleColumn {
    let id: SeriesID
    private let from: Int64
    private let width: Int64
    private var samples: [AlertPast.Sample] = []
    private var slot: Int64 = .min
    private var open = (sum: 0.0, count: 0.0, at: Int64(0))

    /// To how many slots a span is thinned out: half a minute of three days.
    private static let slots: Int64 = 8640

    init(id: SeriesID, from: Int64, span: Milliseconds) {
        self.id = id
        self.from = from
        width = max(span.count / SampleColumn.slots, 1000)
    }

    mutating func take(_ value: Double, at time: Int64) {
        guard time >= from else { return }
        let now = time.flooredDivision(by: width)
        if now != slot {
            close()
            (slot, open) = (now, (0, 0, time))
        }
        open.sum += value
        open.count += 1
    }

    private mutating func close() {
        guard open.count > 0 else { return }
        samples.append(AlertPast.Sample(at: Timestamp(milliseconds: open.at), value: open.sum / open.count))
    }

    var finished: [AlertPast.Sample] {
        var column = self
        column.close()
        return column.samples
    }
}
