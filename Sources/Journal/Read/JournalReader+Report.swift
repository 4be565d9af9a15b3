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

    /// What was changed of the config, oldest first. It is no part of a board, which must open at once: a manifest is large, and of
    /// most starts of an engine nothing is to be told.
    ///
    /// - Parameters:
    ///   - start: nil: from the first on.
    ///   - limit: so many manifests are compared at most, the newest.
    package func configChanges(
        from start: Timestamp? = nil, to end: Timestamp, limit: Int
    ) throws(JournalError) -> [ManifestChange] {
        try store.read { db in
            // The one that was in force at the beginning is what the first change is one from.
            let ids = try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM manifest WHERE utc <= ? AND id >= coalesce(
                        (SELECT max(id) FROM manifest WHERE utc <= ?), 0) ORDER BY id DESC LIMIT ?
                    """, arguments: [end.milliseconds, start?.milliseconds ?? .min, limit])
            var changes: [ManifestChange] = []
            var before: (text: String, manifest: Manifest?)?
            for id in ids.reversed() {
                guard
                    let row = try Row.fetchOne(db, sql: "SELECT utc, body FROM manifest WHERE id = ?", arguments: [id])
                else { continue }
                let text: String = try row.stored(1)
                guard let old = before, old.text != text else {
                    if before == nil { before = (text, nil) }
                    continue
                }
                // What another version wrote may not be understood: then it is no change that could be told.
                let latter = try? JournalJSON.decode(Manifest.self, from: text)
                let former = old.manifest ?? (try? JournalJSON.decode(Manifest.self, from: old.text))
                before = (text, latter)
                if let former, let latter,
                    let change = ManifestChange(
                        from: former, to: latter, at: Timestamp(milliseconds: try row.storedTime(0)))
                {
                    changes.append(change)
                }
            }
            return changes
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
