package import Journal
package import Launch

extension LaunchReport.Material {
    /// How long before its beginning a report looks for what had begun.
    private static let lead: Milliseconds = .days(1)
    /// How many events are read at most, the newest.
    private static let eventLimit = 100_000
    /// Of how many changes of traffic it is told what they did, the newest.
    private static let moveLimit = 20

    /// Reads what a report needs of a journal.
    ///
    /// - Parameters:
    ///   - from: nil: two days before the end, or the first that was recorded.
    ///   - to: nil: the last that was recorded.
    package static func read(
        _ reader: JournalReader, from: Timestamp? = nil, to: Timestamp? = nil, now: Timestamp,
        words: @escaping @Sendable (Event) -> String
    ) throws(JournalError) -> LaunchReport.Material {
        let extent = try reader.extent()
        let end = to ?? extent?.upperBound ?? now
        let start = from ?? max(end + Milliseconds(-Milliseconds.hours(48).count), extent?.lowerBound ?? end)
        let board = try reader.board(at: end, span: .minutes(1))
        let manifest = board.manifest
        let width = LaunchReport.slotWidth(from: start, to: end)
        let slots = try manifest.map { manifest throws(JournalError) in
            try reader.slots(of: Set(LaunchReport.series(of: manifest)), from: start, to: end, width: width)
        }
        return LaunchReport.Material(
            manifest: manifest, from: start, to: end, now: now, board: board,
            events: try reader.events(
                from: start + Milliseconds(-lead.count), to: end, limit: eventLimit),
            slots: slots ?? [:], changes: try reader.configChanges(from: start, to: end, limit: 1000),
            moves: try moves(reader, board: board, from: start, to: end),
            words: words)
    }

    private static func moves(
        _ reader: JournalReader, board: Board, from start: Timestamp, to end: Timestamp
    ) throws(JournalError) -> [LaunchReport.Move] {
        var moves: [LaunchReport.Move] = []
        for record in board.actions.records.filter({ $0.kind.movesTraffic }).suffix(moveLimit) {
            guard let moved = record.movedAt, moved.utc >= start, moved.utc <= end else { continue }
            let span = min(ComparedTimes.span, end - moved.utc)
            let past = try reader.board(at: moved.utc + span, span: .hours(1))
            // The record as it ended, by what was read until then.
            if let move = LaunchReport.Move(record, on: past, at: moved.advanced(by: span)) { moves.append(move) }
        }
        return moves
    }
}
