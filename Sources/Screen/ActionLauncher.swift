import CLinux
package import Console
import Glibc
package import Launch
import Synchronization

/// Starts the commands of actions, and tells of those that ended; a thread each, so that no key waits for a disk, a `sudo` or a
/// process table.
///
/// An action is no child to be looked after: it goes on when this process dies, and is followed in the journal. What is
/// waited for here is only its end, so that one that dies before its first event does not do so in silence.
package final class ActionLauncher: Sendable {
    /// An action's command has ended, or never began.
    package struct Ended: Hashable, Sendable {
        package var id: ActionID
        /// Whether it ended with anything but success, or never began.
        package var hasFailed: Bool
        /// The last line that it wrote, and how it ended.
        package var reason: String
    }

    /// How the commands are called.
    package struct Setup: Hashable, Sendable {
        /// This program's own path, as `/proc/self/exe` had it at the start.
        package var program: String
        /// What follows the words of every action: `--journal` and `--config` as this dashboard was told.
        package var options: [String]
        /// The same where it runs as another user, who has a journal and a config of its own and takes no other journal.
        package var delegatedOptions: [String]
        /// Whether a transient systemd unit is tried first.
        package var systemd: SystemdScope?
        /// How a person at a shell would call the same, and why it could not be done; shown, never run.
        package var shown: CommandSetup
        /// `NAME=value`; the default is this process's own, without what only a login session has.
        package var environment: [String]

        package init(
            program: String = Setup.ownPath, options: [String] = [], delegatedOptions: [String] = [],
            systemd: SystemdScope? = SystemdScope.standing, shown: CommandSetup = CommandSetup(),
            environment: [String] = Setup.ownEnvironment
        ) {
            self.program = program
            self.options = options
            self.delegatedOptions = delegatedOptions
            self.systemd = systemd
            self.shown = shown
            self.environment = environment
        }
    }

    /// Which service manager would keep a unit of ours when the last session of its user ends.
    package enum SystemdScope: Hashable, Sendable {
        case system
        case user
    }

    private let setup: Setup
    private let wake: @Sendable () -> Void
    private let ended = Mutex<[Ended]>([])

    /// How long after the end of a command its first event may still be on its way through the journal to the screen, in
    /// milliseconds.
    private static let echo: Int32 = 500

    package init(_ setup: Setup, wake: @escaping @Sendable () -> Void) {
        self.setup = setup
        self.wake = wake
    }

    /// Takes what ended since the last call.
    package func take() -> [Ended] {
        ended.withLock { ended in
            defer { ended.removeAll() }
            return ended
        }
    }

    /// Starts a command and returns at once.
    package func launch(_ request: ActionRequest) {
        final class Context: Sendable {
            let launcher: ActionLauncher
            let request: ActionRequest

            init(_ launcher: ActionLauncher, _ request: ActionRequest) {
                (self.launcher, self.request) = (launcher, request)
            }
        }
        let context = Unmanaged.passRetained(Context(self, request)).toOpaque()
        let code = guardia_start_thread(
            { context in
                guard let context else { return nil }
                let call = Unmanaged<Context>.fromOpaque(context).takeRetainedValue()
                call.launcher.run(call.request)
                return nil
            }, context)
        if code != 0 {
            Unmanaged<Context>.fromOpaque(context).release()
            tell(request.id, hasFailed: true, "no thread to start it on: \(String(cString: strerror(code)))")
        }
    }

    private func tell(_ id: ActionID, hasFailed: Bool, _ reason: String) {
        ended.withLock { $0.append(Ended(id: id, hasFailed: hasFailed, reason: reason)) }
        wake()
    }

    /// The whole command line.
    package func words(of request: ActionRequest) -> [String] {
        request.actAs + [setup.program] + request.arguments + ["--id", request.id.text]
            + (request.actAs.isEmpty ? setup.options : setup.delegatedOptions)
    }

    // MARK: On the thread

    private func run(_ request: ActionRequest) {
        guard Delegation.isKnown(request.actAs) else {
            let words = ShellWords.line(request.actAs)
            return tell(
                request.id, hasFailed: true,
                "the journal asks to act by \(words), which is neither sudo nor doas: nothing was started")
        }
        let output = OutputFile()
        if request.actAs.isEmpty, let scope = setup.systemd,
            let unit = TransientUnit(scope, request.id, setup.environment)
        {
            if unit.start(words(of: request), output: output) {
                unit.waitForAnEarlyEnd()
                // How it ended is not known here; what it did is in the journal.
                return finish(request, hasFailed: true, "its unit \(unit.name) has ended", output)
            }
            // Without a service manager a session of its own does as well, short of KillUserProcesses.
            output.clear()
        }
        do throws(SessionChild.Failure) {
            let child = try SessionChild(words(of: request), environment: setup.environment, output: output.descriptor)
            let ending = child.wait()
            finish(request, hasFailed: ending != .exited(0), ending.words, output)
        } catch {
            let program = words(of: request).first ?? ""
            tell(request.id, hasFailed: true, "\(program): \(error.words)")
        }
    }

    private func finish(_ request: ActionRequest, hasFailed: Bool, _ ending: String, _ output: borrowing OutputFile) {
        poll(nil, 0, ActionLauncher.echo)
        let line = output.lastLine
        // Of a success its own words are enough.
        tell(request.id, hasFailed: hasFailed, line.isEmpty ? ending : hasFailed ? "\(line) (\(ending))" : line)
    }
}

extension ActionLauncher.Setup {
    package static var ownPath: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "guardia" }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What belongs to the login session and ends with it: an action may not lean on it.
    private static let sessional = [
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_TTY", "TMUX", "TMUX_PANE", "STY", "DISPLAY", "WINDOWID",
    ]

    package static var ownEnvironment: [String] {
        var variables: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !sessional.contains(where: { text.hasPrefix($0 + "=") }) { variables.append(text) }
            next += 1
        }
        return variables
    }
}

extension ActionLauncher.SystemdScope {
    /// Nil where systemd does not run, or where the user's manager ends with the last session (no lingering): there a plain
    /// session of its own lives longer than a unit.
    package static var standing: ActionLauncher.SystemdScope? {
        guard access("/run/systemd/system", F_OK) == 0 else { return nil }
        if geteuid() == 0 { return .system }
        guard let entry = getpwuid(geteuid()) else { return nil }
        return access("/var/lib/systemd/linger/" + String(cString: entry.pointee.pw_name), F_OK) == 0 ? .user : nil
    }
}
