import GRDB
import Launch
import Testing

@testable import Journal

@Suite("The chain of events")
struct EventChainTests {
    let folder: Folder

    /// Eight events in a journal that nobody has open.
    init() throws {
        folder = try Folder()
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        for number in 1...8 {
            try writer.append([.change("api.p95", .ok, .warning, value: Double(number))], at: .at(Double(number)))
        }
    }

    private func verify() throws -> Verification { try JournalReader(path: folder.journal).verify() }

    /// Changes the file behind the journal's back, as someone with sqlite3 would.
    private func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "DROP TRIGGER event_unchangeable; DROP TRIGGER event_undeletable; \(sql)")
        }
        try queue.close()
    }

    @Test("holds, and its head can be noted down")
    func holds() throws {
        let verification = try verify()
        #expect(verification.holds)
        #expect(verification.checked == 8)
        #expect(verification.sequence == 8)
        #expect(verification.hash.count == 64)
    }

    @Test("goes on over several writers, with no gap in the sequence")
    func goesOn() throws {
        let engine = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let action = try JournalWriter(path: folder.journal, origin: "bastion-1", role: .action)
        let body = Event.Body.presence(of: "ñusta")
        #expect(try engine.append([body, body], at: .at(20)).map(\.sequence) == [9, 10])
        #expect(try action.append([body], at: .at(21)).map(\.sequence) == [11])
        #expect(try engine.append([body], at: .at(22)).map(\.sequence) == [12])
        #expect(try verify().holds)
    }

    @Test(
        "names the first event that does not fit, and how",
        arguments: [
            (
                "UPDATE event SET body = replace(body, '3', '9') WHERE sequence = 3",
                Verification.Break.changed(sequence: 3)
            ),
            ("UPDATE event SET utc = utc + 1 WHERE sequence = 1", .changed(sequence: 1)),
            ("UPDATE event SET origin = 'bastion-2' WHERE sequence = 8", .changed(sequence: 8)),
            ("UPDATE event SET hash = zeroblob(32) WHERE sequence = 5", .changed(sequence: 5)),
            ("DELETE FROM event WHERE sequence = 4", .removed(sequence: 4, count: 1)),
            ("DELETE FROM event WHERE sequence < 3", .removed(sequence: 1, count: 2)),
            (
                """
                UPDATE event SET sequence = -sequence WHERE sequence >= 6;
                UPDATE event SET sequence = 1 - sequence WHERE sequence < 0;
                INSERT INTO event SELECT 6, origin, utc, uptime, boot, kind, body, randomblob(32) FROM event WHERE sequence = 5
                """, .changed(sequence: 6)
            ),
            (
                """
                UPDATE event SET sequence = 100 WHERE sequence = 2; UPDATE event SET sequence = 2 WHERE sequence = 3;
                UPDATE event SET sequence = 3 WHERE sequence = 100
                """, .reordered(sequence: 2)
            ),
        ])
    func tampering(sql: String, expected: Verification.Break) throws {
        try tamper(sql)
        #expect(try verify().broken == expected)
    }

    @Test("finds an event put in with a hash that fits")
    func forgedInsertion() throws {
        var links: [(link: EventChain.Link, hash: [UInt8])] = []
        var previous = EventChain.genesis
        for sequence in 1...4 {
            let link = EventChain.Link(
                sequence: Int64(sequence), origin: "o", at: .at(Double(sequence)), kind: "k", json: "{}")
            previous = EventChain.hash(link, after: previous)
            links.append((link, previous))
        }
        var forged = links[1].link
        (forged.sequence, forged.json) = (3, #"{"forged":true}"#)
        links.insert((forged, EventChain.hash(forged, after: links[1].hash)), at: 2)
        for index in 3..<5 { links[index].link.sequence += 1 }

        var check = ChainCheck()
        let breaks = links.compactMap { check.check($0.link, hash: $0.hash, nextHash: nil) }
        #expect(breaks.first == .inserted(sequence: 3))
    }

    @Test("a row can be neither changed nor deleted by accident")
    func appendOnly() throws {
        let queue = try DatabaseQueue(path: folder.journal)
        for sql in ["UPDATE event SET utc = 0", "DELETE FROM event"] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
    }

    @Test("is SHA-256 over the canonical encoding")
    func sha256() {
        // FIPS 180-2, appendix B.1.
        #expect(
            EventChain.hexadecimal(EventChain.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let link = EventChain.Link(sequence: 1, origin: "ab", at: .at(0), kind: "c", json: "{}")
        var shifted = link
        (shifted.origin, shifted.kind) = ("a", "bc")
        #expect(EventChain.hash(link, after: EventChain.genesis) != EventChain.hash(shifted, after: EventChain.genesis))
    }

    @Test(
        "every kind of event comes back as it was appended",
        arguments: [
            Event.Body.engineStarted(.init(version: "1.0.0", pid: 42, probes: 3, series: 9)),
            .engineStopped(.init(reason: "SIGTERM")),
            .verdictChanged(
                .init(
                    series: "a.\u{1B}[31m", from: .ok, to: .critical, value: .nan, bound: .above(.infinity),
                    reason: "no answer\u{0}\n\u{202E}")),
            .clockStepped(.init(by: -3_600_000)),
            .recordingGap(.init(from: Timestamp(seconds: 1), to: Timestamp(seconds: 2), ticks: 3, reason: "disk full")),
            Event.Body.presence(of: "Ñandú 🧉"),
            .unknown(kind: "flag.changed", json: #"{"flag":"checkout-v2","to":50}"#),
            .unknown(kind: "verdict.changed", json: "not JSON at all"),
        ])
    func roundTrip(body: Event.Body) throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let written = try writer.append([body], at: .at(30))
        let read = try JournalReader(path: folder.journal).events(from: 9, limit: 10)
        // NaN is not equal to itself: compared by what is printed.
        #expect("\(read)" == "\(written)")
        #expect(try verify().holds)
    }

    @Test("texts of 10 MB are cut between characters, and say so")
    func boundedTexts() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "bastion-1")
        let huge = String(repeating: "ñ🧉", count: 1_700_000)
        let written = try writer.append(
            [.engineStopped(.init(reason: huge)), .unknown(kind: "x", json: "\"\(huge)\"")], at: .at(30))
        guard case .engineStopped(let body) = written[0].body else { return #expect(Bool(false)) }
        #expect(body.reason.utf8.count <= 4096)
        #expect(body.reason.hasSuffix("… (10200000 bytes)"))
        #expect(written[1].body == .unknown(kind: "x", json: #"{"omittedBytes":10200002}"#))
        #expect(try verify().holds)
    }
}
