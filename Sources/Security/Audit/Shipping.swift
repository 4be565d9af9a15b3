import Foundation
import Glibc
package import Journal
package import Launch
package import Wire

/// How far a journal's events were shipped to one destination: a file beside the journal. The journal itself is the outbox:
/// whatever happens to us, what was not acknowledged is sent again.
package struct OutboxPosition: Sendable {
    private let path: String

    package init(of journal: String, destination: String) { path = "\(journal).shipped-\(destination)" }

    private struct Stored: Codable {
        /// Which journal it is about: the hash of its first event. One that was begun anew starts from its first again.
        var journal: String
        var sequence: Int64
    }

    /// The last sequence that was acknowledged; 0 for a new journal.
    package func sequence(in journal: String) -> Int64 {
        guard let bytes = try? FileBytes.read(path, limit: 4096),
            let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)), stored.journal == journal
        else { return 0 }
        return stored.sequence
    }

    package func advance(to sequence: Int64, in journal: String) throws {
        let encoded = try JSONEncoder().encode(Stored(journal: journal, sequence: sequence))
        try FileBytes.write(Array(encoded), to: path)
    }
}

/// A journal's events that are not shipped yet, in order.
package struct Outbox: Sendable {
    private let journal: String
    private let position: OutboxPosition
    package static let batch = 200

    package init(of journal: String, destination: String) {
        self.journal = journal
        position = OutboxPosition(of: journal, destination: destination)
    }

    package struct Batch: Sendable {
        /// The journal's mark.
        package var journal: String
        package var events: [ChainedEvent]
    }

    /// The next events; nil where all were shipped. Blocking.
    package func next() throws -> Batch? {
        let reader = try JournalReader(path: journal)
        guard let first = try reader.chained(from: 1, limit: 1).first else { return nil }
        let mark = String(first.hash.prefix(16))
        let events = try reader.chained(from: position.sequence(in: mark) + 1, limit: Outbox.batch)
        return events.isEmpty ? nil : Batch(journal: mark, events: events)
    }

    /// The batch has arrived. Blocking.
    package func acknowledge(_ batch: Batch) throws {
        guard let last = batch.events.last else { return }
        try position.advance(to: last.event.sequence, in: batch.journal)
    }
}

/// Sends events to syslog. UDP and a datagram socket know no acknowledgement; over TCP what was sent may be lost with the
/// connection (RFC 6587 section 3): the journal and the database are what counts.
package actor SyslogSender {
    private let destination: SyslogDestination
    private let reactor: Reactor
    private var socket: StreamSocket?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(to destination: SyslogDestination, on reactor: Reactor) {
        self.destination = destination
        self.reactor = reactor
    }

    package func send(_ events: [ChainedEvent], deadline: Duration) async throws(WireError) {
        reactor.checkIsolated()
        let end = ContinuousClock.now + deadline
        let messages = events.map {
            SyslogMessage($0.event, json: $0.json, hash: $0.hash, pid: getpid())
        }
        switch destination {
        case .tcp(let host, let port):
            if let socket, socket.isClosedByPeer { self.socket = nil }
            let socket: StreamSocket
            if let open = self.socket {
                socket = open
            } else {
                socket = try await StreamSocket.connect(to: host, port: port, on: reactor, until: end)
            }
            self.socket = nil
            try await socket.send(messages.flatMap(\.framed), until: end)
            self.socket = socket
        case .udp(let host, let port):
            try await DatagramSocket.send(
                messages.map { Array($0.text.utf8) }, to: host, port: port, on: reactor, until: end)
        case .unix(let path):
            try await DatagramSocket.send(
                messages.map { Array($0.text.utf8) }, toUnixSocket: path, on: reactor, until: end)
        }
    }
}

/// Sends events to PostgreSQL: each once, however often it is sent.
package actor PostgresSender {
    private let client: PostgresClient
    private let reactor: Reactor
    private var isPrepared = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(to settings: PostgresSettings, on reactor: Reactor) {
        self.reactor = reactor
        client = PostgresClient(settings, on: reactor)
    }

    /// What the table is; docs/security.md shows the grants that the sender needs: it can insert, and change nothing.
    package static let table = """
        CREATE TABLE IF NOT EXISTS guardia_event (journal text NOT NULL, origin text NOT NULL, sequence bigint NOT NULL,
        at timestamptz NOT NULL, kind text NOT NULL, body jsonb NOT NULL, hash text NOT NULL,
        PRIMARY KEY (journal, origin, sequence))
        """

    package func send(_ batch: Outbox.Batch, deadline: Duration) async throws(WireError) {
        reactor.checkIsolated()
        let end = ContinuousClock.now + deadline
        func left() -> Duration { max(.milliseconds(1), end - .now) }
        if !isPrepared {
            let there = try await client.query("SELECT to_regclass('guardia_event') IS NOT NULL", deadline: left())
            if there.scalar != "t" { _ = try await client.query(PostgresSender.table, deadline: left()) }
            isPrepared = true
        }
        // All or nothing in one statement. What is not JSON (an event of a newer guardia, damaged) goes as a JSON text.
        let rows = batch.events.map { one -> [String: String] in
            [
                "origin": one.event.origin, "sequence": "\(one.event.sequence)",
                "at": SyslogMessage.time(one.event.at.utc), "kind": one.event.body.kind, "body": one.json,
                "hash": one.hash,
            ]
        }
        guard let encoded = try? JSONEncoder().encode(rows) else {
            throw WireError(.invalid, "ship", on: "PostgreSQL", because: "an event cannot be encoded")
        }
        // PostgreSQL's text cannot hold NUL.
        let json = String(decoding: encoded, as: UTF8.self).replacing("\\u0000", with: "\\ufffd")
        _ = try await client.query(
            """
            INSERT INTO guardia_event (journal, origin, sequence, at, kind, body, hash)
            SELECT $1, e.origin, e.sequence, e.at, e.kind, e.body::jsonb, e.hash
            FROM json_to_recordset($2::json) AS e(origin text, sequence bigint, at timestamptz, kind text, body text, hash text)
            ON CONFLICT (journal, origin, sequence) DO NOTHING
            """, [batch.journal, json], deadline: left())
    }

    package func close() async { await client.close() }
}
