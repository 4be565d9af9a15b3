import CLibpq

/// An answer as its rows come in, within limits.
struct PostgresAnswer {
    private let limits: PostgresLimits
    private var columns: [String] = []
    private var values: [String?] = []
    private var rowCount = 0
    private var byteCount = 0

    init(limits: PostgresLimits) { self.limits = limits }

    var rows: PostgresRows { PostgresRows(columns: columns, values: values) }

    mutating func take(_ result: OpaquePointer, from target: String) throws(WireError) {
        let width = PQnfields(result)
        if columns.isEmpty {
            columns = (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        }
        for row in 0..<PQntuples(result) {
            rowCount += 1
            for column in 0..<width {
                guard PQgetisnull(result, row, column) == 0 else {
                    values.append(nil)
                    continue
                }
                let length = Int(PQgetlength(result, row, column))
                byteCount += length
                guard byteCount <= limits.bytes else { throw tooLarge("\(limits.bytes) bytes", target) }
                values.append(
                    PQgetvalue(result, row, column).withMemoryRebound(to: UInt8.self, capacity: length) {
                        String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
                    })
            }
            guard rowCount <= limits.rows else { throw tooLarge("\(limits.rows) rows", target) }
        }
    }

    private func tooLarge(_ limit: String, _ target: String) -> WireError {
        WireError(.tooLarge, "query", on: target, because: "the answer has more than \(limit)")
    }
}
