package import Console

/// How to take over a terminal. Read from the environment once, by the program; tests say what they want.
package struct TerminalOptions: Sendable {
    /// TERM.
    package var type: String?
    package var charset: Charset
    /// The most colours to use; what the terminal has not is not used either.
    package var depth: ColourDepth
    /// Where what is written to standard error goes while the screen is ours.
    package var diagnosticsPath: String
    /// For serial lines: a frame is left out while the one before it has not gone through.
    package var isSlow: Bool
    /// Whether Ctrl-C, Ctrl-Z and Ctrl-\ are signals, as everywhere; on a wall that no key may close they are keys.
    package var keysSignal: Bool
    /// Whether links are sent (OSC 8).
    package var hasLinks: Bool
    package var bell: Bell

    package init(
        type: String?, charset: Charset, depth: ColourDepth = .direct, diagnosticsPath: String, isSlow: Bool = false,
        keysSignal: Bool = true, hasLinks: Bool = false, bell: Bell = Bell()
    ) {
        self.type = type
        self.charset = charset
        self.depth = depth
        self.diagnosticsPath = diagnosticsPath
        self.isSlow = isSlow
        self.keysSignal = keysSignal
        self.hasLinks = hasLinks
        self.bell = bell
    }

    /// What the environment allows: no colour where NO_COLOR is set to anything (no-color.org).
    package static func depth(environment: [String: String]) -> ColourDepth {
        environment["NO_COLOR"].map { !$0.isEmpty } == true ? .mono : .direct
    }
}
