/// The words before `guardia` on the command line of an action: how an operator acts as the service user.
///
/// They reach a dashboard through the journal, and a journal may be anybody's. So they are not just any words: a line of
/// sudo or doas, which asks the rules of this machine before it runs anything.
package enum Delegation {
    /// Whether the words are none, or `sudo` or `doas` with nothing but a user and `-n`.
    package static func isKnown(_ words: [String]) -> Bool { words.isEmpty || user(of: words) != nil }

    /// The user as whom the words act; nil where they are none, or other words than those.
    package static func user(of words: [String]) -> String? {
        guard let program = words.first else { return nil }
        guard ["sudo", "doas", "/usr/bin/sudo", "/usr/bin/doas"].contains(program) else { return nil }
        var rest = words.dropFirst()
        var user: String?
        while let word = rest.popFirst() {
            switch word {
            case "-n": break
            case "-u":
                guard user == nil, let name = rest.popFirst() else { return nil }
                user = name
            default: return nil
            }
        }
        return user.flatMap { $0.isEmpty || $0.hasPrefix("-") ? nil : $0 }
    }

    /// What they look like.
    package static let example = "[sudo, -n, -u, guardia]"
}
