import Glibc
import Launch

/// A transient systemd service: it is in no session's scope, so that no logout ends it, whatever logind is told.
struct TransientUnit {
    let name: String
    private let scope: ActionLauncher.SystemdScope
    private let environment: [String]

    /// What the action must know of who called; nothing that could be a secret, since it is seen in the unit's properties.
    private static let handedOn = [
        "PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SUDO_USER", "SUDO_UID", "SUDO_GID", "SSH_CLIENT",
        "SSH_CONNECTION",
        "GUARDIA_JOURNAL",
    ]
    /// For how long an end is looked for, in seconds: later the journal tells.
    private static let watch = 30

    init?(_ scope: ActionLauncher.SystemdScope, _ id: ActionID, _ environment: [String]) {
        guard !id.text.isEmpty else { return nil }
        name = "guardia-\(id.text).service"
        self.scope = scope
        self.environment = environment
    }

    private var manager: [String] { scope == .user ? ["--user"] : [] }

    /// Whether systemd took the unit; only then has anything begun.
    func start(_ words: [String], output: borrowing OutputFile) -> Bool {
        let variables = environment.filter { variable in Self.handedOn.contains { variable.hasPrefix($0 + "=") } }
        let call =
            ["systemd-run"] + manager
            + [
                "--quiet", "--collect", "--unit=\(name)", "--property=StandardOutput=append:\(output.path)",
                "--property=StandardError=append:\(output.path)",
            ]
            + variables.map { "--setenv=" + $0 } + ["--"] + words
        return run(call, output: output.descriptor) == .exited(0)
    }

    /// Returns once the unit is no longer active, or after half a minute.
    func waitForAnEarlyEnd() {
        for _ in 0..<Self.watch {
            poll(nil, 0, 1000)
            if run(["systemctl"] + manager + ["--quiet", "is-active", name], output: -1) != .exited(0) { return }
        }
    }

    private func run(_ words: [String], output: Int32) -> SessionChild.Ending? {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        guard let child = try? SessionChild(words, environment: environment, output: output >= 0 ? output : null) else {
            return nil
        }
        return child.wait()
    }
}
