import GRDB
package import Launch

extension JournalReader {
    /// What some series were between two times, thinned to slots of one width; a slot without a reading is left out.
    ///
    /// It decodes every tick in between once, whatever the number of series.
    package func slots(
        of ids: Set<SeriesID>, from start: Timestamp, to end: Timestamp, width: Milliseconds
    ) throws(JournalError) -> [SeriesID: [SeriesSlot]] {
        guard !ids.isEmpty, start <= end else { return [:] }
        return try store.read { db in
            let table = try SeriesTable(db)
            var columns: [SlotColumn?] = table.ids.map { id in id.map(ids.contains) ?? false ? SlotColumn() : nil }
            var cursor = TickCursor()
            let key = try BoardLoader.key(db, before: start.milliseconds)
            try TickCursor.each(db, where: "id >= ?", [key]) { row in
                if row.utc > end { return false }
                guard cursor.enter(row) else { return true }
                let isWanted = row.utc >= start
                let slot = (row.utc - start).count / max(width.count, 1)
                cursor.readings(of: row) { series, cell in
                    guard isWanted, series < columns.count, columns[series] != nil,
                        let value = table.number(cell, of: series), value.isFinite
                    else { return }
                    columns[series]?.take(value, at: row.utc, in: slot)
                }
                return true
            }
            var slots: [SeriesID: [SeriesSlot]] = [:]
            for (number, column) in columns.enumerated() {
                guard let column, let id = table.ids[number], !column.slots.isEmpty else { continue }
                // A series whose unit changed has two numbers.
                slots[id] = ((slots[id] ?? []) + column.slots).sorted { $0.at < $1.at }
            }
            return slots
        }
    }

    /// Events between two times, oldest first, without notes of actions, signs of presence, and changes of
    /// verdict that critical has no part in.
    ///
    /// - Parameter limit: how many at most; the newest are kept.
    package func events(
        from start: Timestamp, to end: Timestamp, limit: Int
    ) throws(JournalError) -> [Event] {
        try store.read { db in
            try EventRows.events(
                db,
                where: """
                    utc >= ? AND utc <= ? AND kind NOT IN ('action.noted', 'presence.seen')
                    AND (kind <> 'verdict.changed' OR json_valid(body)
                        AND (json_extract(body, '$.to') = \(Verdict.critical.rawValue)
                            OR json_extract(body, '$.from') = \(Verdict.critical.rawValue)))
                    ORDER BY sequence DESC LIMIT ?
                    """, [start.milliseconds, end.milliseconds, limit]
            ).reversed()
        }
    }

    /// The manifests that were in force between two times, with when each came, oldest first; the first is the one that was
    /// there at the beginning.
    package func manifests(
        from start: Timestamp, to end: Timestamp
    ) throws(JournalError) -> [(at: Timestamp, manifest: Manifest)] {
        try store.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT utc, body FROM manifest WHERE utc <= ? AND id >= coalesce(
                        (SELECT max(id) FROM manifest WHERE utc <= ?), 0) ORDER BY id LIMIT 1000
                    """, arguments: [end.milliseconds, start.milliseconds])
            return try rows.map {
                (
                    Timestamp(milliseconds: try $0.storedTime(0)),
                    try JournalJSON.decode(Manifest.self, from: try $0.stored(1))
                )
            }
        }
    }
}

/// One series' slots as they fill.
private struct SlotColumn {
    private(set) var slots: [SeriesSlot] = []
    private var slot: Int64 = .min

    mutating func take(_ value: Double, at time: Timestamp, in slot: Int64) {
        if slot == self.slot {
            slots[slots.count - 1].take(value)
        } else {
            self.slot = slot
            slots.append(SeriesSlot(at: time, last: value, least: value, most: value))
        }
    }
}
