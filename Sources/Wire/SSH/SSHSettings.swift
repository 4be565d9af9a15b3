/// Another machine as OpenSSH reaches it. Nothing of the user's own session is used: no configuration, no agent, no known
/// hosts but those named here.
package struct SSHSettings: Hashable, Sendable {
    package var host: String
    package var port: Int
    package var user: String?
    /// The private key's path.
    package var keyFile: String?
    /// The hosts that are trusted: an unknown or changed key is refused.
    package var knownHostsFile: String?
    /// The program.
    package var ssh: String

    package init(
        host: String, port: Int = 22, user: String? = nil, keyFile: String? = nil, knownHostsFile: String? = nil,
        ssh: String = "ssh"
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.keyFile = keyFile
        self.knownHostsFile = knownHostsFile
        self.ssh = ssh
    }

    /// `ssh guardia@edge-1.internal:22`
    package var target: String { "ssh \(user.map { "\($0)@" } ?? "")\(host):\(port)" }

    /// The program and the options of any connection.
    ///
    /// - Parameter seconds: how long a connection may take to come about.
    func words(connectingWithin seconds: Int) -> [String] {
        let options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "GlobalKnownHostsFile=/dev/null",
            "UserKnownHostsFile=\(knownHostsFile ?? "/dev/null")", "IdentitiesOnly=yes", "IdentityAgent=none",
            "IdentityFile=\(keyFile ?? "none")", "PreferredAuthentications=publickey", "ForwardAgent=no",
            "ForwardX11=no",
            "PermitLocalCommand=no", "RequestTTY=no", "EscapeChar=none", "LogLevel=ERROR", "ConnectionAttempts=1",
            "ConnectTimeout=\(seconds)", "ServerAliveInterval=3", "ServerAliveCountMax=2", "Port=\(port)",
        ]
        // -F none: neither ~/.ssh/config nor /etc/ssh/ssh_config.
        return [ssh, "-F", "none"] + options.flatMap { ["-o", $0] } + (user.map { ["-l", $0] } ?? [])
    }

    /// The environment of ssh: nothing of ours, so no agent and no askpass program.
    static let environment = ["PATH": Command.defaultPath, "LC_ALL": "C"]

    /// One command line for the shell at the other end, which splits it into exactly these words again.
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "._:@/+,=-".utf8.contains(byte)
            }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
