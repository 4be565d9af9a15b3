import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Synchronization
import Testing
import Wire

/// Events on their way to syslog and PostgreSQL.
@Suite struct ShippingTests {
    private let lab: CertificateLab
    private let reactor: Reactor
    private var journal: String { lab.path("j") }

    init() throws {
        lab = try CertificateLab()
        reactor = try Reactor()
    }

    private func write(_ count: Int, from first: Int = 0) throws {
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        for number in first..<first + count {
            try writer.append(
                [.engineStopped(.init(reason: "reason \(number) with \"quotes\", [brackets] and\nlines"))],
                at: Moment(
                    utc: Timestamp(milliseconds: 1_773_057_600_123), uptime: 1, boot: BootID(rawValue: 1)))
        }
    }

    /// Ships until nothing is left.
    private func ship(_ name: String, _ send: (Outbox.Batch) async throws -> Void) async throws -> Int {
        let outbox = Outbox(of: journal, destination: name)
        var count = 0
        while let batch = try outbox.next() {
            try await send(batch)
            try outbox.acknowledge(batch)
            count += batch.events.count
        }
        return count
    }

    @Test func aMessageIsOfRFC5424() throws {
        try write(1)
        let event = try #require(try JournalReader(path: journal).chained(limit: 1).first)
        let message = SyslogMessage(event.event, json: event.json, hash: event.hash, pid: 42)
        #expect(
            message.text.hasPrefix(
                "<109>1 2026-03-09T12:00:00.123Z bastion-1 guardia 42 engine.stopped [guardia@32473 sequence=\"1\" hash=\"\(event.hash)\" uptime=\"1\"] \u{FEFF}{"
            ))
        #expect(!message.text.contains("\n"))
        #expect(String(decoding: message.framed, as: UTF8.self) == "\(message.text.utf8.count) \(message.text)")
    }

    @Test func udpTakesEachEventAsADatagram() async throws {
        try write(3)
        let receiver = try DatagramReceiver.udp()
        let sender = SyslogSender(to: .udp(host: "127.0.0.1", port: receiver.port), on: reactor)
        #expect(try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) } == 3)
        let messages = receiver.receive(3)
        #expect(messages.count == 3 && messages.allSatisfy { $0.hasPrefix("<109>1 ") })
        #expect(try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) } == 0)
    }

    @Test func aUnixSocketTakesThemToo() async throws {
        try write(2)
        let receiver = try DatagramReceiver.unix(lab.path("log"))
        let sender = SyslogSender(to: .unix(path: lab.path("log")), on: reactor)
        #expect(try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) } == 2)
        #expect(receiver.receive(2).count == 2)
    }

    @Test func tcpIsFramedByOctetCounting() async throws {
        try write(2)
        let server = try ScriptedServer { _ in .sayAndHang([]) }
        defer { server.close() }
        let sender = SyslogSender(to: .tcp(host: "127.0.0.1", port: server.port), on: reactor)
        #expect(try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) } == 2)
    }

    @Test func whatCouldNotBeSentIsSentLater() async throws {
        try write(5)
        let port = try LoopbackPort.free()
        let sender = SyslogSender(to: .tcp(host: "127.0.0.1", port: port), on: reactor)
        await #expect(throws: WireError.self) {
            _ = try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(2)) }
        }
        #expect(try Outbox(of: journal, destination: "syslog").next()?.events.count == 5)
    }

    @Test func aJournalThatWasBegunAnewIsShippedFromItsStart() async throws {
        try write(5)
        let receiver = try DatagramReceiver.udp()
        let sender = SyslogSender(to: .udp(host: "127.0.0.1", port: receiver.port), on: reactor)
        _ = try await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) }
        for suffix in ["", "-wal", "-shm"] { unlink(journal + suffix) }
        try write(2, from: 50)
        #expect(try Outbox(of: journal, destination: "syslog").next()?.events.count == 2)
    }

    @Test func postgresHoldsEachEventOnceHoweverOftenItIsSent() async throws {
        let folder = try await PrivateFolder()
        do {
            let server = try await PostgresServer.start(in: folder)
            try write(450)
            let settings = PostgresSettings([
                "host": "127.0.0.1", "port": "\(server.port)", "user": "postgres", "dbname": "postgres",
                "password": server.password,
            ])
            let sender = PostgresSender(to: settings, on: reactor)
            // Sent, but the acknowledgement is lost with the process: it is sent again.
            let first = try #require(try Outbox(of: journal, destination: "postgres").next())
            try await sender.send(first, deadline: .seconds(20))
            #expect(try await ship("postgres") { try await sender.send($0, deadline: .seconds(20)) } == 450)
            let client = PostgresClient(settings, on: reactor)
            let rows = try await client.query(
                "SELECT count(*), count(DISTINCT sequence), min(at)::text, max(body->>'reason') FROM guardia_event",
                deadline: .seconds(20))
            #expect(rows[0, 0] == "450" && rows[0, 1] == "450")
            #expect(rows[0, 3]?.contains("\"quotes\"") == true)
            // The server goes away in the middle, and comes back.
            try write(10, from: 450)
            await server.stop()
            await #expect(throws: WireError.self) {
                _ = try await ship("postgres") { try await sender.send($0, deadline: .seconds(3)) }
            }
            try await server.start()
            #expect(try await ship("postgres") { try await sender.send($0, deadline: .seconds(20)) } == 10)
            await sender.close()
            await client.close()
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }
}

/// A datagram socket that listens.
final class DatagramReceiver {
    let port: UInt16
    private let descriptor: Int32

    private init(_ descriptor: Int32, port: UInt16) {
        self.descriptor = descriptor
        self.port = port
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    static func udp() throws -> DatagramReceiver {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        try #require(address.sin_port != 0)
        return DatagramReceiver(descriptor, port: UInt16(bigEndian: address.sin_port))
    }

    static func unix(_ path: String) throws -> DatagramReceiver {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        return DatagramReceiver(descriptor, port: 0)
    }

    func receive(_ count: Int) -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while messages.count < count {
            let length = recv(descriptor, &buffer, buffer.count, 0)
            guard length > 0 else { break }
            messages.append(String(decoding: buffer.prefix(length), as: UTF8.self))
        }
        return messages
    }
}
