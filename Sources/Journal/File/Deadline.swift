import GRDBSQLite
import Glibc

/// How long one call may compute inside SQLite: a file that makes every query last for ever must hold up no screen.
///
/// For the one thread that uses its connection: unchecked, because GRDB hands it over in a closure that must be Sendable.
final class Deadline: @unchecked Sendable {
    /// When the call is to be given up, by CLOCK_MONOTONIC in milliseconds; `Int64.max`: never.
    private let end: UnsafeMutablePointer<Int64>

    init() {
        end = .allocate(capacity: 1)
        end.initialize(to: .max)
    }

    deinit { end.deallocate() }

    /// Has SQLite look at the deadline while it computes. The connection must not outlive this object.
    func watch(_ connection: OpaquePointer?) {
        // "The progress handler callback is invoked … approximately every N virtual machine instructions … If the progress
        // callback returns non-zero, the operation is interrupted."
        sqlite3_progress_handler(
            connection, 20_000,
            { context in
                guard let context else { return 0 }
                return Deadline.now > context.load(as: Int64.self) ? 1 : 0
            }, end)
    }

    /// Runs `body` with at most `limit` milliseconds of computing; nil: however long it takes.
    func within<Value>(_ limit: Int64?, _ body: () throws -> Value) rethrows -> Value {
        end.pointee = limit.map { Deadline.now + $0 } ?? .max
        defer { end.pointee = .max }
        return try body()
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
