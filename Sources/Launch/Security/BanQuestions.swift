/// The command lines by which fail2ban and nftables are asked: nothing but these is ever run, and sudo need allow no more.
extension BanWatch {
    /// Which jails run.
    package var statusWords: [String] { client + ["status"] }

    /// Who is banned in one jail.
    package func statusWords(of jail: String) -> [String] { client + ["status", jail] }

    /// The sets of the banned, and what drops them.
    package var tableWords: [String] { nft + ["-j", "list", "table", "inet", "guardia"] }

    package var allWords: [[String]] { [statusWords] + jails.map { statusWords(of: $0) } + [tableWords] }
}

/// The lines of sudoers(5) that let the service user ask, by exact arguments.
package enum BanSudoers {
    /// Where Debian has them; sudo wants whole paths.
    private static let paths = ["fail2ban-client": "/usr/bin/fail2ban-client", "nft": "/usr/sbin/nft"]

    /// - Parameter user: who asks there.
    /// - Returns: nil where nothing is asked by sudo.
    package static func text(_ watches: [BanWatch], user: String = "guardia") -> String? {
        var commands: [String] = []
        for words in watches.flatMap(\.allWords) {
            guard let command = command(words) else { continue }
            if !commands.contains(command) { commands.append(command) }
        }
        guard !commands.isEmpty else { return nil }
        return """
            # guardia asks fail2ban and nftables who is banned, and may do nothing else: each line is one whole command line, and no
            # other argument is let through. `guardia security --sudoers` prints this file for a launch config; on the machine that
            # is asked it is /etc/sudoers.d/guardia-bans, mode 0440. Check it first: visudo -c -f FILE
            Cmnd_Alias GUARDIA_BANS = \\
                \(commands.joined(separator: ", \\\n    "))

            Defaults!GUARDIA_BANS env_reset, !requiretty
            \(user) ALL = (root:root) NOPASSWD: GUARDIA_BANS

            """
    }

    /// What sudo runs; nil where a command line is not run by it.
    private static func command(_ words: [String]) -> String? {
        guard let sudo = words.firstIndex(where: { $0 == "sudo" || $0.hasSuffix("/sudo") }) else { return nil }
        let rest = words[(sudo + 1)...].drop { $0 == "-n" || $0 == "--non-interactive" || $0 == "--" }
        guard let program = rest.first, !program.hasPrefix("-"),
            let path = program.hasPrefix("/") ? program : paths[program]
        else { return nil }
        return ([path] + rest.dropFirst()).map(quoted).joined(separator: " ")
    }

    /// "The following characters must be escaped with a backslash if used in command arguments: ',', ':', '=', '\'", and what is a
    /// wildcard there would let more through.
    private static func quoted(_ word: String) -> String {
        var text = ""
        for character in word {
            if ",:=\\*?[]!\"'# ".contains(character) { text.append("\\") }
            text.append(character)
        }
        return text
    }
}
