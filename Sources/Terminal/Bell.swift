package import Console

/// How a terminal calls somebody: its bell, and a notification of the desktop that it is shown on.
package struct Bell: Hashable, Sendable {
    /// How a terminal takes a notification.
    package enum Notification: Hashable, Sendable {
        case none
        /// OSC 9, as iTerm2, Windows Terminal, WezTerm, ghostty and foot take it.
        case osc9
        /// OSC 777, as rxvt-unicode, VTE and foot take it: with a title.
        case osc777
    }

    package var rings: Bool
    package var notification: Notification
    /// Whether a sequence must be wrapped for tmux to give it on.
    package var isInTmux: Bool

    package init(rings: Bool = false, notification: Notification = .none, isInTmux: Bool = false) {
        self.rings = rings
        self.notification = notification
        self.isInTmux = isInTmux
    }

    /// What the terminal is known to take. GNU screen would print the wrapping for tmux, so there it is the bell alone; where
    /// tmux does not allow passing through it drops the sequence, which harms nobody.
    package static func notification(environment: [String: String]) -> (Notification, isInTmux: Bool) {
        let type = environment["TERM"] ?? ""
        func has(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
        if type.hasPrefix("tmux") || has("TMUX") {
            // Which terminal is outside is not known here: OSC 9 is what most take; others pass over it.
            return (.osc9, true)
        }
        if type.hasPrefix("screen") || type.hasPrefix("linux") { return (.none, false) }
        if type.hasPrefix("rxvt-unicode") || type.hasPrefix("foot") || has("VTE_VERSION") { return (.osc777, false) }
        let types = ["xterm-kitty", "xterm-ghostty", "wezterm", "iterm2", "contour"]
        if types.contains(where: type.hasPrefix) { return (.osc9, false) }
        let programs = ["iTerm.app", "WezTerm", "ghostty"]
        if programs.contains(environment["TERM_PROGRAM"] ?? "") || has("WT_SESSION") || has("KITTY_WINDOW_ID") {
            return (.osc9, false)
        }
        return (.none, false)
    }

    /// The longest text that is sent: a notification shows a line or two.
    private static let limit = 240

    /// The bytes for an alarm.
    package func bytes(for alarm: Alarm) -> String {
        var bytes = rings ? "\u{7}" : ""
        // The one sanitiser has been over it; once more here, where it becomes part of a sequence that BEL would end. A text that
        // begins with digits and a semicolon is something else to some terminals (ConEmu's OSC 9;4 is a progress bar).
        let title = Bell.plain(alarm.title)
        let body = Bell.plain(alarm.body)
        let sequence: String
        switch notification {
        case .none: return bytes
        case .osc9: sequence = "\u{1b}]9;\(title) - \(body)\u{7}"
        case .osc777: sequence = "\u{1b}]777;notify;\(title);\(body)\u{7}"
        }
        bytes += isInTmux ? "\u{1b}Ptmux;" + sequence.replacing("\u{1b}", with: "\u{1b}\u{1b}") + "\u{1b}\\" : sequence
        return bytes
    }

    private static func plain(_ text: String) -> String {
        let safe = Text.sanitised(text, limit: limit).replacing(";", with: ",")
        return safe.first?.isNumber == true ? "guardia " + safe : safe
    }
}
