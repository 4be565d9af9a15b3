import Foundation
import GRDB
import Launch

extension Row {
    /// A column of a journal. GRDB's subscripts trap on a value of another type, and a damaged file holds any: this throws,
    /// and the journal counts as damaged.
    func stored<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value {
        try decode(Value.self, atIndex: column)
    }

    /// A time of a journal, in milliseconds, none that no clock shows.
    func storedTime(_ column: Int) throws -> Int64 { (try stored(column) as Int64).withinRecordedTime }
}

extension Int64 {
    /// The first column of the first row as a time that some clock shows; nil where there is no row.
    static func storedTime(_ db: Database, sql: String, arguments: StatementArguments = []) throws -> Int64? {
        try Int64.fetchOne(db, sql: sql, arguments: arguments)?.withinRecordedTime
    }
}
