import Glibc
import Launch

/// The process that tells the journal of this dashboard, since a dashboard writes nothing itself: `guardia presence`, in a
/// session of its own, as the user that actions run as. It ends with the other end of its input, whatever becomes of us.
final class PresenceCompanion {
    private let socket: Int32
    private var keyAt: Moment
    /// How often a key is passed on at most.
    private static let pace: Milliseconds = 5000

    /// Nil where it could not be started: nobody is told that somebody watches, and that is all.
    init?(_ setup: ActionLauncher.Setup, actAs: [String], session: String, now: Moment) {
        guard Delegation.isKnown(actAs) else { return nil }
        var ends: [Int32] = [-1, -1]
        // No other child may hold our end open: its end is our death.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return nil
        }
        let void = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer {
            close(ends[1])
            if void >= 0 { close(void) }
        }
        var words = actAs + [setup.program, "presence", "--id", session]
        if let terminal = PresenceCompanion.terminal { words += ["--terminal", terminal] }
        words += actAs.isEmpty ? setup.options : setup.delegatedOptions
        do throws(SessionChild.Failure) {
            _ = try SessionChild(words, environment: setup.environment, output: void, input: ends[1])
        } catch {
            close(ends[0])
            return nil
        }
        (socket, keyAt) = (ends[0], now)
    }

    deinit { close(socket) }

    /// A key was pressed.
    func key(at now: Moment) {
        guard keyAt.age(at: now) >= PresenceCompanion.pace else { return }
        keyAt = now
        send(UInt8(ascii: "k"))
    }

    /// The dashboard is left.
    func leave() { send(UInt8(ascii: "q")) }

    private func send(_ byte: UInt8) {
        var byte = byte
        // It never waits, and a companion that is gone is no news.
        Glibc.send(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }

    /// `pts/3`
    private static var terminal: String? {
        var buffer = [CChar](repeating: 0, count: 128)
        guard ttyname_r(STDIN_FILENO, &buffer, buffer.count) == 0 else { return nil }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.hasPrefix("/dev/") ? String(name.dropFirst(5)) : nil
    }
}
