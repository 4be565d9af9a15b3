import Foundation
import GRDB
package import Launch

extension JournalWriter {
    /// How many minutes one step thins out: they share one key tick afterwards, and take a few milliseconds.
    private static let minutesAStep = 10
    /// How many rows of expired ticks one step deletes.
    private static let rowsAStep = 600

    /// Thins out and removes what is older than `retention`: one bounded step, so that recording is not held up.
    ///
    /// - Returns: whether there is more to do.
    package func prune(now: Timestamp, retention: Retention) throws(JournalError) -> Bool {
        let catalogue = try store.read { db in try SeriesTable(db) }
        let inUse = encoder.texts
        return try commit { db in
            let thinned = try JournalWriter.thin(db, before: now + Milliseconds(-retention.full.count), catalogue)
            let expiry = now + Milliseconds(-retention.downsampled.count)
            let removed = try JournalWriter.remove(db, before: expiry, keeping: inUse)
            return thinned || removed
        }
    }

    /// Replaces the oldest minutes of full resolution by what is kept of them.
    private static func thin(_ db: Database, before end: Timestamp, _ catalogue: SeriesTable) throws -> Bool {
        // The key ticks of the minutes to thin out, and the one after them, where they end. The newest group is never
        // thinned: the encoder goes on from it.
        let keys = try Row.fetchAll(
            db,
            sql: """
                SELECT id, utc FROM tick WHERE state IS NOT NULL AND level = 0 ORDER BY id LIMIT \(minutesAStep + 1)
                """)
        let old = try keys.dropLast().prefix { (try $0.stored(1) as Int64) < end.milliseconds }
        guard let first = old.first else { return false }
        let start: Int64 = try first.stored(0)
        let next: Int64 = try keys[old.count].stored(0)

        var thinned: [Downsampling.Sample] = []
        var minute: [Downsampling.Sample] = []
        func finishMinute() {
            thinned += Downsampling.thin(minute) { series, cell in catalogue.number(cell, of: series) }
            minute.removeAll(keepingCapacity: true)
        }
        var cursor = TickCursor(after: start.saturating(minus: 1))
        var encoder: TickEncoder?
        try TickCursor.each(db, where: "id >= ? AND id < ?", [start, next]) { row in
            if row.state != nil { finishMinute() }
            // A damaged minute has nothing to keep.
            guard cursor.enter(row) else { return true }
            if encoder == nil {
                encoder = TickEncoder(
                    keyInterval: .minutes(Int64(minutesAStep)), states: cursor.decoder.states,
                    last: cursor.moment(of: row))
            }
            var cells: [(series: Int, cell: Cell)] = []
            cursor.readings(of: row) { series, cell in cells.append((series, cell)) }
            minute.append(Downsampling.Sample(at: cursor.moment(of: row), cells: cells))
            return true
        }
        finishMinute()

        try db.execute(sql: "DELETE FROM tick WHERE id >= ? AND id < ?", arguments: [start, next])
        guard var encoder else { return true }
        for (offset, sample) in thinned.enumerated() {
            let blobs = encoder.encode(sample.cells, at: sample.at)
            try db.execute(
                sql: "INSERT INTO tick(id, utc, level, state, readings) VALUES (?, ?, 1, ?, ?)",
                arguments: [
                    start + Int64(offset), sample.at.utc.milliseconds, blobs.state.map { Data($0) },
                    Data(blobs.readings),
                ])
        }
        return old.count == minutesAStep
    }

    /// Deletes expired ticks, and the texts that none that is kept can name.
    private static func remove(_ db: Database, before end: Timestamp, keeping inUse: Set<Int>) throws -> Bool {
        // Whole groups: up to the last key tick that has expired, which thereby stays.
        let key = try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM tick WHERE state IS NOT NULL AND level = 1 AND utc < ? ORDER BY utc DESC LIMIT 1
                """, arguments: [end.milliseconds])
        var removed = 0
        if let key {
            try db.execute(
                sql: "DELETE FROM tick WHERE id IN (SELECT id FROM tick WHERE id < ? ORDER BY id LIMIT \(rowsAStep))",
                arguments: [key])
            removed = db.changesCount
        }
        // `used` is up to an hour old; the encoder may carry a text for longer than any tick is kept.
        let unused = try Int.fetchAll(
            db, sql: "SELECT number FROM text WHERE used < ? LIMIT \(rowsAStep)",
            arguments: [end.milliseconds - Milliseconds.hours(2).count])
        for number in unused where !inUse.contains(number) {
            try db.execute(sql: "DELETE FROM text WHERE number = ?", arguments: [number])
        }
        return removed == rowsAStep
    }
}
