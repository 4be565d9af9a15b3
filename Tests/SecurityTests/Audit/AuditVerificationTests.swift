import Foundation
import Glibc
import Journal
import Launch
import Security
import Testing

/// What an intruder can do to a journal, and what `guardia audit verify` says of it.
@Suite struct AuditVerificationTests {
    private let lab: CertificateLab
    private var journal: String { lab.path("j") }

    init() throws { lab = try CertificateLab() }

    private func write(_ count: Int, from first: Int = 0) throws {
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        for number in first..<first + count {
            try writer.append(
                [.presence(of: "operator-\(number)", isOpen: number % 2 == 0)],
                at: Moment(
                    utc: Timestamp(seconds: 1_773_000_000 + Int64(number)), uptime: Milliseconds(Int64(number)),
                    boot: BootID(rawValue: 1)))
        }
    }

    /// Changes the file as somebody with write access would, past the triggers.
    private func sqlite(_ statements: String) async throws {
        let all = "DROP TRIGGER IF EXISTS event_unchangeable; DROP TRIGGER IF EXISTS event_undeletable; \(statements)"
        _ = try SQLiteFile.execute(all, in: journal)
    }

    private func keys() async throws -> (private: String, public: String) {
        try await lab.openssl(["genpkey", "-algorithm", "ed25519", "-out", lab.path("key.pem")])
        try await lab.openssl(["pkey", "-in", lab.path("key.pem"), "-pubout", "-out", lab.path("pub.pem")])
        return (
            try String(contentsOfFile: lab.path("key.pem"), encoding: .utf8),
            try String(contentsOfFile: lab.path("pub.pem"), encoding: .utf8)
        )
    }

    @Test func anUntouchedJournalHolds() throws {
        try write(20)
        let result = try AuditVerification.run(journal, publicPEM: nil)
        #expect(result.holds && result.chain.checked == 20)
        #expect(result.check(every: 1000).verdict == .ok)
    }

    @Test func aChangedEventIsNamed() async throws {
        try write(20)
        try await sqlite("UPDATE event SET body = replace(body, 'operator-6', 'operator-X') WHERE sequence = 7")
        let result = try AuditVerification.run(journal, publicPEM: nil)
        #expect(result.chain.broken == .changed(sequence: 7))
        #expect(result.suspect?.sequence == 7)
        #expect(result.check(every: 1000).verdict == .critical)
    }

    @Test func removedEventsAreCounted() async throws {
        try write(20)
        try await sqlite("DELETE FROM event WHERE sequence BETWEEN 5 AND 8")
        #expect(try AuditVerification.run(journal, publicPEM: nil).chain.broken == .removed(sequence: 5, count: 4))
    }

    @Test func anEndThatWasCutOffIsFoundByItsCheckpoint() async throws {
        let keys = try await keys()
        try write(20)
        _ = try Checkpoints(of: journal).sign(journal, pem: keys.private, at: Timestamp(seconds: 1))
        try await sqlite("DELETE FROM event WHERE sequence > 15")
        let result = try AuditVerification.run(journal, publicPEM: keys.public)
        #expect(result.chain.holds, "the chain alone cannot tell")
        #expect(result.troubles == [.cutOff(sequence: 20, last: 15)])
        #expect(!result.holds)
    }

    @Test func aJournalThatWasWrittenAnewIsFoundByItsCheckpoint() async throws {
        let keys = try await keys()
        try write(20)
        _ = try Checkpoints(of: journal).sign(journal, pem: keys.private, at: Timestamp(seconds: 1))
        for suffix in ["", "-wal", "-shm"] { unlink(journal + suffix) }
        try write(25, from: 100)
        let result = try AuditVerification.run(journal, publicPEM: keys.public)
        #expect(result.chain.holds)
        #expect(result.troubles == [.different(sequence: 20)])
    }

    @Test func aForgedCheckpointIsFound() async throws {
        let keys = try await keys()
        try write(5)
        _ = try Checkpoints(of: journal).sign(journal, pem: keys.private, at: Timestamp(seconds: 1))
        try await lab.openssl(["genpkey", "-algorithm", "ed25519", "-out", lab.path("other.pem")])
        try write(5, from: 5)
        _ = try Checkpoints(of: journal).sign(
            journal, pem: try String(contentsOfFile: lab.path("other.pem"), encoding: .utf8), at: Timestamp(seconds: 2))
        let result = try AuditVerification.run(journal, publicPEM: keys.public)
        #expect(result.troubles == [.forged(sequence: 10)])
        #expect(result.signedUpTo == 5)
    }

    @Test func theSameHeadIsSignedOnce() async throws {
        let keys = try await keys()
        try write(5)
        let checkpoints = Checkpoints(of: journal)
        #expect(try checkpoints.sign(journal, pem: keys.private, at: Timestamp(seconds: 1))?.sequence == 5)
        #expect(try checkpoints.sign(journal, pem: keys.private, at: Timestamp(seconds: 2)) == nil)
        #expect(try checkpoints.all().count == 1)
        #expect(try AuditVerification.run(journal, publicPEM: keys.public).holds)
    }

    @Test func aKeyOfAnotherKindIsRefused() async throws {
        try write(1)
        try await lab.openssl([
            "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", lab.path("rsa.pem"),
        ])
        let rsa = try String(contentsOfFile: lab.path("rsa.pem"), encoding: .utf8)
        for pem in [rsa, "", "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n"] {
            #expect(throws: SecurityError.self) {
                try Checkpoints(of: journal).sign(journal, pem: pem, at: Timestamp(seconds: 1))
            }
        }
    }

    /// The property: whatever byte of the file is flipped, either it is told, or no event is another than it was.
    @Test func noFlippedByteChangesAnEventUnseen() async throws {
        try write(60)
        _ = try SQLiteFile.execute("PRAGMA wal_checkpoint(TRUNCATE)", in: journal)
        let original = try JournalReader(path: journal).events(limit: 1000)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: journal)))
        var numbers = SeededFlips(seed: 42)
        var told = 0
        for _ in 0..<400 {
            let flipped = lab.path("flipped")
            var changed = bytes
            let at = numbers.next(below: bytes.count)
            changed[at] ^= UInt8(1 << numbers.next(below: 8))
            for suffix in ["", "-wal", "-shm"] { unlink(flipped + suffix) }
            try Data(changed).write(to: URL(fileURLWithPath: flipped))
            do {
                let result = try AuditVerification.run(flipped, publicPEM: nil)
                if !result.holds {
                    told += 1
                    continue
                }
                let events = try JournalReader(path: flipped).events(limit: 1000)
                #expect(events == original, "byte \(at) changed an event unseen")
            } catch {
                told += 1
            }
        }
        #expect(told > 50, "\(told) of 400 flips were in what verification covers")
    }
}

private struct SeededFlips {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
