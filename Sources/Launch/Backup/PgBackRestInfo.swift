/// What `pgbackrest --output=json info` says of one stanza, as far as it is needed.
package struct PgBackRestInfo: Hashable, Sendable, Decodable {
    package struct Status: Hashable, Sendable, Decodable {
        package var code: Int
        package var message: String
    }

    package struct Span: Hashable, Sendable, Decodable {
        /// Unix seconds.
        package var start: Int64
        package var stop: Int64
    }

    package struct Repository: Hashable, Sendable, Decodable {
        /// Bytes in the repository; absent in some versions where bundling is on.
        package var size: Int64?
        package var delta: Int64?
    }

    package struct Info: Hashable, Sendable, Decodable {
        package var size: Int64
        package var repository: Repository?
    }

    package struct Backup: Hashable, Sendable, Decodable {
        package var label: String
        /// `full`, `diff`, `incr`
        package var type: String
        package var timestamp: Span
        /// Whether pages were found whose checksum is wrong.
        package var error: Bool?
        package var info: Info?
    }

    package var name: String
    package var status: Status
    package var cipher: String?
    package var backup: [Backup]

    /// The newest backup without a known error.
    package var lastGood: Backup? {
        backup.filter { $0.error != true }.max { $0.timestamp.stop < $1.timestamp.stop }
    }

    /// How old its newest good backup is; what its own status objects.
    package func age(at now: Timestamp) -> Milliseconds? {
        lastGood.map { max(0, now - Timestamp(seconds: $0.timestamp.stop)) }
    }

    /// Why it is not well; nil where it is.
    package var trouble: String? {
        if status.code != 0 { return "pgBackRest says: \(status.message)" }
        if let newest = backup.max(by: { $0.timestamp.stop < $1.timestamp.stop }), newest.error == true {
            return "its newest backup \(newest.label) has page checksum errors"
        }
        return lastGood == nil ? "it has no backup" : nil
    }
}
