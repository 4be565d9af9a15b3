package import Console
import Glibc
import Journal
package import Launch
package import Terminal

/// What the dashboard and the kiosk do: follow a journal, show it, and do what the keys ask for.
///
/// One thread owns the terminal and the model; the journal is read on another. Nothing here waits for a backend, a lock or
/// a disk, so nothing but the terminal itself can make it late.
package struct ScreenLoop {
    /// What to show, and how.
    package struct Options: Sendable {
        package var mode: Mode
        package var theme: Theme
        package var keymap: Keymap
        package var words: Words
        package var terminal: TerminalOptions
        package var capabilities: Capabilities
        /// The command that starts the engine, to be named where none runs.
        package var engineCommand: String
        /// How the commands of actions are started; nil: this screen starts nothing.
        package var launcher: ActionLauncher.Setup?
        /// The time of the past with which to begin; nil: the present.
        package var startAt: Timestamp?

        package init(
            mode: Mode, theme: Theme, keymap: Keymap = .standard, words: Words = .english,
            terminal: TerminalOptions, capabilities: Capabilities, engineCommand: String,
            launcher: ActionLauncher.Setup? = nil, startAt: Timestamp? = nil
        ) {
            self.mode = mode
            self.theme = theme
            self.keymap = keymap
            self.words = words
            self.terminal = terminal
            self.capabilities = capabilities
            self.engineCommand = engineCommand
            self.launcher = launcher
            self.startAt = startAt
        }
    }

    /// Why the screen was left.
    package enum Ending: Hashable, Sendable {
        case quit
        /// A signal asked for it.
        case signal(Int32)
        /// The terminal is gone.
        case hangup

        /// What the process ends with: as a shell counts signals.
        package var exitCode: Int32 {
            switch self {
            case .quit: 0
            case .signal(let signal): 128 + signal
            case .hangup: 128 + SIGHUP
            }
        }
    }

    /// How much of the past the screen holds for its charts.
    static let history: Milliseconds = .hours(1)
    /// How long the first frame waits for the journal: a moment later it is drawn without.
    private static let patience: Duration = .milliseconds(150)
    /// How long between two times that the journal's news are taken in and drawn: an engine commits several times a second, and a
    /// frame for each commit costs more than the eye sees. Until then they wait unread: a key is answered by what is on the screen, and
    /// does not draw five panes anew first.
    private static let newsInterval: Milliseconds = 150
    /// How long between two frames on a serial line, where the clock has to wait as well.
    private static let slowInterval: Milliseconds = 5000

    private let options: Options
    private let clock: any Clock
    private let session: TerminalSession
    private let follower: JournalFollower
    private let launcher: ActionLauncher?
    private let rewinder: JournalRewinder
    private let shots: ShotWriter
    private var model: Model
    private var frame: Frame
    private var pictures = Pictures()
    private var shownAt: Moment?
    /// Whether there is something that has not been drawn yet.
    private var owesFrame = false
    /// When news were taken in last, and whether some wait.
    private var newsAt: Moment?
    private var hasNews = false
    /// What tells the journal of this dashboard; nil until the journal said how it is to be told.
    private var companion: PresenceCompanion?
    private var wantsCompanion: Bool

    /// Shows the screen until it is left, and gives the terminal back.
    ///
    /// - Throws: `TerminalError` when there is no terminal fit to draw on.
    static func run(_ options: Options, following follower: JournalFollower, clock: any Clock) throws(TerminalError)
        -> Ending
    {
        let session = try TerminalSession(options.terminal)
        defer { session.restore() }
        var loop = ScreenLoop(options, session: session, follower: follower, clock: clock)
        return loop.run()
    }

    private init(_ options: Options, session: TerminalSession, follower: JournalFollower, clock: any Clock) {
        self.options = options
        self.clock = clock
        self.session = session
        self.follower = follower
        let waker = session.waker
        launcher = options.launcher.map { setup in ActionLauncher(setup) { waker.wake() } }
        shots = ShotWriter { waker.wake() }
        wantsCompanion = if case .operator = options.mode { options.launcher != nil } else { false }
        rewinder = JournalRewinder(path: follower.path, history: ScreenLoop.history) { waker.wake() }
        model = Model(
            now: clock.now(), size: session.size, mode: options.mode, keymap: options.keymap,
            capabilities: options.capabilities, words: options.words, engineCommand: options.engineCommand,
            commands: options.launcher?.shown ?? CommandSetup(),
            entropy: .random(in: 0...UInt64.max), reading: follower.path)
        frame = Frame(size: session.size)
        follower.onNews { waker.wake() }
        if let start = options.startAt { for command in model.begin(at: start) { read(command) } }
    }

    /// Asks for what is wanted of the past.
    private func read(_ command: Command) {
        switch command {
        case .rewind(let time): rewinder.ask(.at(time))
        case .rewindToEvent(let time, let forward): rewinder.ask(.event(forward ? .after : .before, time))
        case .quit, .redraw, .suspend, .act, .ring, .shoot: break
        }
    }

    private mutating func run() -> Ending {
        var timeout = ScreenLoop.patience
        prepare(model)
        while true {
            let events = session.readEvents(timeout: timeout)
            let news = takeNews(behind: events)
            // Time first: what came is judged by the instant at which it is shown.
            let (now, revision) = (clock.now(), model.revision)
            var commands = model.update([.tick(now)] + news.flatMap(messages))
            let isChanged = model.revision != revision || news.contains(where: \.isAside)
            // What somebody waits for is drawn at once: a key's outcome, the past that was asked for, the first board.
            var isAwaited = events.contains { $0 != .wake } || news.contains(where: \.isWhole)
            for answer in rewinder.take() {
                isAwaited = true
                switch answer {
                case .past(let past, let target, let asked):
                    commands += model.update(.past(past.board, at: past.moment, target: target, asked: asked))
                case .none(let reason): commands += model.update(.noPast(reason))
                }
            }
            for word in shots.take() {
                isAwaited = true
                commands += model.update(.hint(word))
            }
            for ended in launcher?.take() ?? [] {
                isAwaited = true
                commands += model.update(.actionEnded(ended.id, hasFailed: ended.hasFailed, words: ended.reason))
            }
            for event in events {
                switch event {
                case .key(let key):
                    companion?.key(at: clock.now())
                    commands += model.update(.key(key))
                case .paste(let text): commands += model.update(.paste(text))
                case .resize(let size): commands += model.update(.resize(size))
                case .wake, .resumed: break
                case .terminate(let signal):
                    companion?.leave()
                    return .signal(signal)
                case .hangup: return .hangup
                }
            }
            for command in commands {
                switch command {
                case .quit:
                    companion?.leave()
                    return .quit
                case .redraw: session.repaint()
                case .suspend: kill(getpid(), SIGTSTP)
                case .act(let request): act(request)
                case .ring(let alarm): session.ring(for: alarm)
                case .rewind, .rewindToEvent: read(command)
                case .shoot:
                    view(model, into: &frame, keeping: &pictures)
                    shots.write(frame, theme: options.theme, at: model.now.utc)
                }
            }
            if isAwaited && shownAt != nil || isChanged || events.isEmpty
                || ScreenLoop.hasPassedSecond(since: shownAt, at: now)
            {
                show(atOnce: isAwaited || !options.terminal.isSlow)
            }
            timeout = untilNextFrame()
            if wantsCompanion, shownAt != nil, let manifest = model.board.manifest { tellPresence(manifest) }
        }
    }

    /// What the journal has told, where it is time for it. Keys go first, for as long as nobody would see that.
    private mutating func takeNews(behind events: [InputEvent]) -> [JournalFollower.News] {
        if events.contains(.wake) { hasNews = true }
        let now = clock.now()
        let hasKeys = events.contains { if case .key = $0 { true } else { false } }
        let pace = hasKeys ? ScreenLoop.newsInterval * 2 : ScreenLoop.newsInterval
        // Nobody waits for the first board: it is drawn as soon as it is there.
        if model.reading == nil, let newsAt, newsAt.age(at: now) < pace { return [] }
        let news = follower.take()
        hasNews = false
        if !news.isEmpty { newsAt = now }
        return news
    }

    /// After the first frame: who looks must not wait for it.
    private mutating func tellPresence(_ manifest: Manifest) {
        wantsCompanion = false
        guard let setup = options.launcher else { return }
        let now = clock.now()
        companion = PresenceCompanion(
            setup, actAs: manifest.deployment?.actAs ?? manifest.flags?.actAs ?? [],
            session: "dashboard-\(now.utc.seconds)-\(getpid())", now: now)
    }

    private mutating func act(_ request: ActionRequest) {
        guard let launcher else {
            _ = model.update(.actionEnded(request.id, hasFailed: true, words: "this screen starts nothing"))
            return
        }
        launcher.launch(request)
    }

    private func messages(of news: JournalFollower.News) -> [Message] {
        switch news {
        case .board(let board): return [.board(board)]
        case .heartbeat(let beat): return [.heartbeat(beat)]
        case .configChanges(let changes): return [.configChanges(changes)]
        case .note(let note): return [.readerNote(note)]
        case .entries(let entries):
            var messages: [Message] = []
            // Events that come together are taken together: of ten thousand alerts in a second the feed is ordered once.
            var events: [Event] = []
            for entry in entries {
                if case .event(let event) = entry {
                    events.append(event)
                    continue
                }
                if !events.isEmpty { messages.append(.events(events)) }
                events.removeAll(keepingCapacity: true)
                switch entry {
                case .manifest(let manifest): messages.append(.manifest(manifest))
                case .tick(let tick): messages.append(.readings([tick]))
                case .event: break
                }
            }
            if !events.isEmpty { messages.append(.events(events)) }
            return messages
        }
    }

    private mutating func show(atOnce: Bool) {
        let now = clock.now()
        if !atOnce, let shownAt, shownAt.age(at: now) < ScreenLoop.slowInterval {
            owesFrame = true
            return
        }
        shownAt = now
        owesFrame = false
        view(model, into: &frame, keeping: &pictures)
        session.draw(&frame, theme: options.theme)
    }

    /// Whether the clock on the screen shows another second than it is: whatever woke the loop, and whether or not it brought anything,
    /// the screen must not stand still.
    static func hasPassedSecond(since shownAt: Moment?, at now: Moment) -> Bool {
        shownAt.map { $0.utc.seconds != now.utc.seconds } ?? false
    }

    /// Just past the next full second of the wall clock, when the clock on the screen changes; sooner where news waits.
    private func untilNextFrame() -> Duration {
        let now = clock.now()
        var wait = 1005 - now.utc.milliseconds % 1000
        if owesFrame, let shownAt { wait = min(wait, ScreenLoop.slowInterval.count - shownAt.age(at: now).count) }
        if hasNews, let newsAt { wait = min(wait, ScreenLoop.newsInterval.count - newsAt.age(at: now).count) }
        return .milliseconds(max(1, wait))
    }
}
