import Foundation
import GRDB
import Launch

/// Walks over recorded ticks in their order, and decodes them from a key tick on.
struct TickCursor {
    /// A row of `tick`, valid while it is visited.
    struct Row {
        let id: Int64
        let utc: Timestamp
        /// Empty but on key ticks.
        let state: UnsafeRawBufferPointer?
        let readings: UnsafeRawBufferPointer
    }

    private(set) var decoder = TickDecoder()
    /// The last row that was visited, whether or not it could be decoded; 0 before the first.
    private(set) var position: Int64
    /// Whether ``decoder`` stands at ``position``: not before the first key tick, nor behind a row that is gone or damaged.
    private var isInStep = false

    /// - Parameter position: the row after which to begin.
    init(after position: Int64 = 0) { self.position = position }

    /// Behind all that is there.
    init(afterLastOf db: Database) throws {
        self.init(after: try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(id) FROM tick")) ?? 0)
    }

    /// Visits the rows that `sql` selects (id, utc, state, readings; ascending by id) until `visit` returns false.
    static func each(
        _ db: Database, where condition: String, _ arguments: StatementArguments, visit: (Row) throws -> Bool
    ) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT id, utc, state, readings FROM tick WHERE \(condition) ORDER BY id")
        let rows = try GRDB.Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            let goesOn = try row.withUnsafeData(atIndex: 2) { state in
                try row.withUnsafeData(atIndex: 3) { readings in
                    try (readings ?? Data()).withUnsafeBytes { readings in
                        let (id, utc) = (try row.stored(0) as Int64, Timestamp(milliseconds: try row.stored(1)))
                        guard let state else {
                            return try visit(Row(id: id, utc: utc, state: nil, readings: readings))
                        }
                        return try state.withUnsafeBytes { state in
                            try visit(Row(id: id, utc: utc, state: state, readings: readings))
                        }
                    }
                }
            }
            if !goesOn { return }
        }
    }

    /// When the row that was taken last was recorded.
    func moment(of row: Row) -> Moment {
        Moment(utc: row.utc, uptime: Milliseconds(decoder.uptime), boot: decoder.boot)
    }

    /// The first half of taking a row: brings the decoder into step.
    ///
    /// - Returns: whether the row's readings can be decoded.
    mutating func enter(_ row: Row) -> Bool {
        let follows = isInStep && row.id == position.saturating(plus: 1)
        position = row.id
        // A time that no clock shows would overflow where ages are computed.
        isInStep = TickCursor.times.contains(row.utc.milliseconds)
        if let state = row.state, isInStep {
            do throws(MalformedBytes) { try decoder.decode(state: state) } catch { isInStep = false }
        } else {
            isInStep = isInStep && follows
        }
        return isInStep
    }

    /// The second half: the row's readings. A damaged row ends the group: what follows up to the next key tick is passed
    /// over, and the screen shows the gap.
    @inline(__always)
    mutating func readings(of row: Row, visit: (_ series: Int, _ cell: Cell) -> Void) {
        do throws(MalformedBytes) {
            try decoder.decode(readings: row.readings, visit: visit)
            isInStep = TickCursor.times.contains(decoder.uptime)
        } catch {
            isInStep = false
        }
    }

    /// Within 140,000 years.
    private static let times = -(Int64(1) << 52)...(Int64(1) << 52)
}
