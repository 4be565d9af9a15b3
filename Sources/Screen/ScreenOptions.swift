package import ArgumentParser
package import Console
import Glibc
import Journal
package import Launch
import Settings
import Synchronization
import Terminal

/// How the screen is to look: the command-line options that the dashboard and the kiosk share.
package struct ScreenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Colours: \(ThemeFile.shipped.joined(separator: ", ")), or a theme's file.", valueName: "name|file"))
    package var theme = "dark"

    @Option(help: ArgumentHelp("A file of keys: one `action: key` a line.", valueName: "file"))
    package var keys: String?

    @Flag(help: "Draw with ASCII alone, as where the locale is not UTF-8.")
    package var ascii = false

    @Flag(help: "For a serial line: fewer frames, no charts.")
    package var slow = false

    @Option(
        help: ArgumentHelp(
            "How a new critical alert calls you: bell, desktop (a notification, where the terminal takes one), both or off. "
                + "Default: $GUARDIA_BELL, else both; on a wall off.", valueName: "how"))
    package var bell: BellSetting?

    @Option(
        help: ArgumentHelp(
            "Whether runbooks are links that a terminal can follow (OSC 8): auto, on or off.", valueName: "when"))
    package var links = LinkSetting.auto

    package init() {}

    /// What the loop needs, from the options and the environment.
    ///
    /// - Throws: `ConfigErrors` or `KeymapError`: what is wrong in the theme or the keys, with its place.
    private func loopOptions(
        mode: Mode, engineCommand: String, launcher: ActionLauncher.Setup?, startAt: Timestamp?, charset found: Charset
    ) throws -> ScreenLoop.Options {
        let isConsole = ScreenOptions.variable("TERM")?.hasPrefix("linux") == true
        let charset: Charset = ascii ? .ascii : found == .utf8 && isConsole ? .console : found
        return ScreenLoop.Options(
            mode: mode, theme: try ThemeFile.load(theme), keymap: try keymap(),
            terminal: TerminalOptions(
                type: ScreenOptions.variable("TERM"), charset: charset, depth: ScreenOptions.depth,
                diagnosticsPath: Diagnostics.path, isSlow: slow, keysSignal: mode != .kiosk(mayQuit: false),
                hasLinks: hasLinks, bell: try bell(for: mode)),
            capabilities: Capabilities(
                charset: charset, slow: slow,
                // The Linux console has a font of 512 glyphs at most, and no braille in any of them.
                hasBraille: charset == .utf8,
                isMono: ScreenOptions.depth == .mono || theme == "mono"
                    || ["vt100", "vt102", "vt220", "dumb"].contains(ScreenOptions.variable("TERM") ?? "")),
            engineCommand: engineCommand, launcher: launcher, startAt: startAt)
    }

    /// Shows the screen until it is left, then ends the process as the ending says.
    ///
    /// - Parameter launcher: how actions are started; nil where none may be.
    package func run(
        journal: String, mode: Mode, engineCommand: String, launcher: ActionLauncher.Setup? = nil,
        startAt: Timestamp? = nil
    ) throws -> ScreenLoop.Ending {
        // Before any thread starts: it is the process's locale.
        let charset = Charset.adopt()
        // The journal is read while theme and terminal are made ready: the first frame waits for it alone.
        let follower = ScreenOptions.follower(of: journal)
        do {
            let options = try loopOptions(
                mode: mode, engineCommand: engineCommand, launcher: launcher, startAt: startAt, charset: charset)
            return try ScreenLoop.run(options, following: follower, clock: SystemClock())
        } catch {
            StandardStream.error.lines("guardia: \(error)")
            throw ExitCode(2)
        }
    }

    /// Who reads the journal that the words of the command line will probably turn out to name.
    private static let ahead = Mutex<JournalFollower?>(nil)

    /// Begins to read a journal while the command line is still parsed: the first frame waits for nothing as long as for this.
    package static func readAhead(_ journal: String) {
        ahead.withLock { $0 = started(journal) }
    }

    private static func follower(of journal: String) -> JournalFollower {
        let begun = ahead.withLock { $0.take() }
        return begun.flatMap { $0.path == journal ? $0 : nil } ?? started(journal)
    }

    private static func started(_ journal: String) -> JournalFollower {
        let follower = JournalFollower(path: journal, history: ScreenLoop.history)
        follower.start()
        return follower
    }

    private func keymap() throws -> Keymap {
        guard let keys else { return .standard }
        let defaults = Keymap.standard.bindings.flatMap { binding in
            binding.keys.map { (action: binding.action.rawValue, key: $0.name) }
        }
        let file = try KeysFile.load(path: keys, defaults: defaults) { Key(name: $0)?.name }
        return try Keymap(overrides: file.bindings.map { (action: $0.action, key: $0.key) })
    }

    private var hasLinks: Bool {
        switch links {
        case .on: true
        case .off: false
        case .auto: Hyperlinks.isKnown(environment: ScreenOptions.terminalEnvironment)
        }
    }

    private func bell(for mode: Mode) throws -> Bell {
        var setting: BellSetting = if case .kiosk = mode { .off } else { .both }
        if let text = ScreenOptions.variable("GUARDIA_BELL"), !text.isEmpty {
            guard let wanted = BellSetting(rawValue: text) else {
                throw ValidationError(
                    "GUARDIA_BELL is “\(Text.sanitised(text, limit: 40))”: it is bell, desktop, both or off")
            }
            setting = wanted
        }
        setting = bell ?? setting
        let (known, isInTmux) = Bell.notification(environment: ScreenOptions.terminalEnvironment)
        return Bell(
            rings: setting == .bell || setting == .both,
            notification: setting == .desktop || setting == .both ? known : .none, isInTmux: isInTmux)
    }

    /// What tells one terminal from another.
    private static var terminalEnvironment: [String: String] {
        let names = [
            "TERM", "TERM_PROGRAM", "TMUX", "VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION",
            "WEZTERM_PANE",
        ]
        return Dictionary(uniqueKeysWithValues: names.map { ($0, variable($0) ?? "") })
    }

    private static var depth: ColourDepth {
        TerminalOptions.depth(environment: ["NO_COLOR": variable("NO_COLOR") ?? ""])
    }

    fileprivate static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// How a new critical alert calls whoever sits there.
package enum BellSetting: String, ExpressibleByArgument, CaseIterable {
    case bell, desktop, both, off
}

/// Whether links are sent.
package enum LinkSetting: String, ExpressibleByArgument, CaseIterable {
    case auto, on, off
}

/// Where what the program writes to stderr goes while the screen is drawn.
private enum Diagnostics {
    /// `$XDG_STATE_HOME/guardia.log`, as the XDG base directory specification has it; where that cannot be written,
    /// nowhere: a wall box without a home must come up all the same.
    static var path: String {
        let home = ScreenOptions.variable("HOME").map { $0 + "/.local/state" }
        guard let folder = ScreenOptions.variable("XDG_STATE_HOME") ?? home else { return "/dev/null" }
        if let home, folder == home, let base = ScreenOptions.variable("HOME") {
            mkdir(base + "/.local", 0o700)
            mkdir(folder, 0o700)
        }
        let path = folder + "/guardia.log"
        guard let file = fopen(path, "ae") else { return "/dev/null" }
        fclose(file)
        return path
    }
}
