import Console

/// Whether a terminal is known to take OSC 8, and the bytes that begin and end a link.
package enum Hyperlinks {
    package static let close = "\u{1b}]8;;\u{1b}\\"

    /// What begins a link. The address is of plain signs only, see ``FrameLink/address``: nothing in it can end the sequence.
    static func open(_ link: FrameLink) -> String { "\u{1b}]8;;\(link.address)\u{1b}\\" }

    /// What is known of the terminal from its name and the environment. Over SSH the name alone arrives, and `xterm-256color` is
    /// everybody's: there it is off unless it was asked for. tmux takes the sequence and gives it on only where that is safe.
    package static func isKnown(environment: [String: String]) -> Bool {
        let type = environment["TERM"] ?? ""
        func has(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
        if type.hasPrefix("tmux") || has("TMUX") { return true }
        // GNU screen and the console of Linux do not know it.
        if type.hasPrefix("screen") || type.hasPrefix("linux") { return false }
        let types = ["xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour", "iterm2", "mintty"]
        if types.contains(where: type.hasPrefix) { return true }
        let programs = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "mintty", "Tabby"]
        if programs.contains(environment["TERM_PROGRAM"] ?? "") { return true }
        if let version = Int(environment["VTE_VERSION"] ?? ""), version >= 5000 { return true }
        return has("KITTY_WINDOW_ID") || has("WT_SESSION") || has("KONSOLE_VERSION") || has("WEZTERM_PANE")
    }
}
