import Foundation
import Glibc
package import Journal
package import Launch

/// The signed checkpoints of a journal: a file beside it, one JSON object a line, only ever added to.
package struct Checkpoints: Sendable {
    package let path: String

    package init(of journal: String) { path = "\(journal).checkpoints" }

    /// All of them, oldest first; none where there is no file.
    ///
    /// - Throws: where a line is no checkpoint: somebody has changed the file.
    package func all() throws(SecurityError) -> [Checkpoint] {
        guard FileBytes.status(path) != nil else { return [] }
        let lines = try FileBytes.read(path, limit: 64 << 20).split(separator: 10)
        var checkpoints: [Checkpoint] = []
        for (index, line) in lines.enumerated() {
            guard let checkpoint = try? JSONDecoder().decode(Checkpoint.self, from: Data(line)) else {
                throw SecurityError(path, "line \(index + 1) is not a checkpoint")
            }
            checkpoints.append(checkpoint)
        }
        return checkpoints
    }

    /// Signs the journal's head, unless it is signed already.
    ///
    /// - Returns: the new checkpoint; nil where nothing has happened since the last.
    package func sign(_ journal: String, pem: String, at time: Timestamp) throws -> Checkpoint? {
        let reader = try JournalReader(path: journal)
        guard let head = try reader.head() else { return nil }
        if try all().last?.sequence == head.event.sequence { return nil }
        let checkpoint = try Signing.sign(
            Checkpoint(sequence: head.event.sequence, hash: head.hash, at: time), pem: pem)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let line = Array(try encoder.encode(checkpoint)) + [10]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw SecurityError(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw SecurityError(path, String(cString: strerror(errno)))
        }
        return checkpoint
    }
}

/// What checking a journal and its checkpoints brought.
package struct AuditVerification: Sendable {
    package enum CheckpointTrouble: Hashable, Sendable {
        /// The signature is not the key's.
        case forged(sequence: Int64)
        /// The journal has another event there than was signed.
        case different(sequence: Int64)
        /// The journal ends before it.
        case cutOff(sequence: Int64, last: Int64)
        case unreadable(String)

        package var text: String {
            switch self {
            case .forged(let sequence): "the checkpoint of event \(sequence) bears a signature that is not the key's"
            case .different(let sequence):
                "event \(sequence) is not the one that was signed: the journal was rewritten up to there at least"
            case .cutOff(let sequence, let last):
                "event \(sequence) was signed, but the journal ends at \(last): its end was cut off"
            case .unreadable(let reason): reason
            }
        }
    }

    package var chain: Verification
    /// The event where it breaks, as it stands there now.
    package var suspect: Event?
    package var checkpoints = 0
    /// The last event under a genuine signature.
    package var signedUpTo: Int64?
    /// Whether signatures could be checked: there is a public key.
    package var hasKey = false
    package var troubles: [CheckpointTrouble] = []

    package var holds: Bool { chain.holds && troubles.isEmpty }

    /// Checks the chain of a journal, then every checkpoint against it.
    package static func run(_ journal: String, publicPEM: String?) throws -> AuditVerification {
        let reader = try JournalReader(path: journal)
        var result = AuditVerification(chain: try reader.verify())
        result.hasKey = publicPEM != nil
        switch result.chain.broken {
        case .changed(let sequence), .removed(let sequence, _), .inserted(let sequence), .reordered(let sequence):
            result.suspect = try? reader.events(from: sequence, limit: 1).first
        case nil: break
        }
        let checkpoints: [Checkpoint]
        do throws(SecurityError) {
            checkpoints = try Checkpoints(of: journal).all()
        } catch {
            result.troubles.append(.unreadable(error.description))
            return result
        }
        result.checkpoints = checkpoints.count
        let last = try reader.lastSequence()
        for checkpoint in checkpoints {
            if let publicPEM, try !Signing.isGenuine(checkpoint, publicPEM: publicPEM) {
                result.troubles.append(.forged(sequence: checkpoint.sequence))
                continue
            }
            guard checkpoint.sequence <= last else {
                result.troubles.append(.cutOff(sequence: checkpoint.sequence, last: last))
                continue
            }
            guard try reader.chained(from: checkpoint.sequence, limit: 1).first?.hash == checkpoint.hash else {
                result.troubles.append(.different(sequence: checkpoint.sequence))
                continue
            }
            if publicPEM != nil { result.signedUpTo = checkpoint.sequence }
        }
        return result
    }

    package var lines: [String] {
        var lines = ["\(chain)"]
        if let suspect {
            lines.append(
                "there stands now: event \(suspect.sequence), \(suspect.body.kind), \(SyslogMessage.time(suspect.at.utc))"
            )
        }
        if checkpoints == 0 {
            lines.append("no checkpoint was signed: that the end was not cut off is shown by nothing here")
        } else if !hasKey {
            lines.append("\(checkpoints) checkpoints, whose signatures were not checked: give --public-key")
        } else if troubles.isEmpty {
            lines.append("\(checkpoints) checkpoints, all genuine; signed up to event \(signedUpTo ?? 0)")
        }
        return lines + troubles.map(\.text)
    }

    /// What the journal is told.
    package func check(every: Milliseconds) -> SecurityCheck {
        var items = [
            SecurityCheck.Item("hash chain", chain.holds ? .ok : .critical, "\(chain)", number: Double(chain.checked))
        ]
        items += troubles.map { SecurityCheck.Item("checkpoint", .critical, $0.text) }
        if troubles.isEmpty, checkpoints > 0, hasKey {
            items.append(.init("checkpoints", .ok, "\(checkpoints) genuine, signed up to event \(signedUpTo ?? 0)"))
        }
        return SecurityCheck(
            station: "audit",
            summary: holds
                ? "\(chain.checked) events, the chain holds" : lines.dropFirst(chain.holds ? 1 : 0).first ?? "",
            items: items, every: every)
    }
}
