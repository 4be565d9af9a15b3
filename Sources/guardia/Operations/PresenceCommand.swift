import Actions
import ArgumentParser
import Glibc
import Journal
import Launch

/// `guardia presence`: the companion of a dashboard, which reads the journal and writes nothing.
///
/// It tells that the dashboard was opened, now and then that it is still there, and that it was left. The dashboard holds the
/// other end of its input: a byte for a key, `q` when it is left. The end of the input without that says that it died: not even
/// kill -9 leaves an operator present for ever. Where both die, the journal's readers wait no longer than ``PresenceLog/lapse``.
struct PresenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presence", abstract: "Tell the journal that a dashboard is open, as long as its input lasts.",
        shouldDisplay: false)

    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")], help: "The journal to tell; otherwise as the config says.")
    var journal: String?

    @Option(name: .customLong("id"), help: "The name of the dashboard's session.")
    var session: String

    @Option(help: "The terminal that it is on.")
    var terminal: String?

    func validate() throws {
        for text in [session, terminal ?? ""] {
            guard text.utf8.count <= 80, text.utf8.allSatisfy({ (33...126).contains($0) }) else {
                throw ValidationError("--id and --terminal are plain words")
            }
        }
    }

    func run() throws {
        // A journal that was named needs no config; behind sudo both are the service user's own.
        let identity: OperatorIdentity
        do { identity = try OperatorIdentity.of(config) } catch { throw Failure.refused(error) }
        let path: String
        if let journal, !identity.isDelegated {
            path = journal
        } else {
            path = try OperatorDesk(config: config, journal: journal, kind: nil).journal
        }
        // Its journal is there, or there is nothing to be told: a companion makes none.
        guard access(path, F_OK) == 0 else { throw Failure.usage(JournalError.notThere(path: path)) }
        let clock = SystemClock()
        var course = PresenceCourse(opened: clock.now())
        func tell(_ event: PresenceEvent) {
            // It went meanwhile: nobody would ever hear it, and what is written in its place would be another journal.
            guard access(path, F_OK) == 0 else { return }
            let event = Event(origin: Origin.name, at: clock.now(), body: .presence(event))
            do throws(JournalError) {
                try JournalWriter(path: path, origin: Origin.name, role: .action).append([event])
            } catch {
                try? Spool(of: path).keep([event])
            }
        }
        tell(.opened(.init(session: session, by: identity.who, terminal: terminal)))
        while true {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let wait = course.wait(at: clock.now())
            let ready = poll(&input, 1, Int32(clamping: wait.count))
            var bytes = [UInt8](repeating: 0, count: 256)
            var end: PresenceEvent.Closed.Why?
            var hasKey = false
            if ready > 0 {
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                hasKey = count > 0
                if count <= 0 { end = .died }
                if bytes.prefix(max(count, 0)).contains(UInt8(ascii: "q")) { end = .left }
            } else if ready < 0, errno != EINTR {
                end = .died
            }
            if let end { return tell(.closed(.init(session: session, why: end, keyAt: course.keyAt))) }
            if course.look(at: clock.now(), hasKey: hasKey) {
                tell(.seen(.init(session: session, keyAt: course.keyAt)))
            }
        }
    }
}
