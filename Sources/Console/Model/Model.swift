package import Launch

/// All that the screen is made from: a value, changed by ``update(_:)`` alone and drawn by ``view(_:into:)``.
package struct Model: Sendable {
    /// The board that the screen is about: the one of the present, or of the past that is looked at.
    ///
    /// It is stored, not worked out, and read in place: a board is two dozen references, a frame asks for it hundreds of times, and
    /// each answer would be a copy.
    package private(set) var board: Board {
        _read { yield shownBoard.board }
        _modify { yield &shownBoard.board }
    }
    private var shownBoard: BoardBox
    /// The board of the present while the past is looked at.
    private(set) var presentBoard: BoardBox?
    /// The past that is looked at; nil: the present.
    package internal(set) var rewind: Rewind? {
        didSet { turn(from: oldValue) }
    }
    /// Counts what changed the board, so that two pictures of one board can be known for the same.
    package private(set) var revision = 0
    /// The present.
    var present: Moment
    private var presentAsOf: Moment
    package internal(set) var size: Size
    package let mode: Mode
    package let keymap: Keymap
    package let capabilities: Capabilities
    /// The words of the screen.
    package let words: Words
    /// The command line that starts the engine, to be named where it is silent.
    package let engineCommand: String
    /// How the commands of actions are called.
    package let commands: CommandSetup

    package internal(set) var page: Page
    package internal(set) var focus: PaneID = .health
    /// Whether the focused pane has the whole screen.
    package internal(set) var isZoomed = false
    package internal(set) var lists: [PaneID: ListState] = [:] {
        didSet { if lists[.alerts]?.held != oldValue[.alerts]?.held { feed.arrange(lists[.alerts]) } }
    }
    package internal(set) var filter = "" {
        didSet { if filter != oldValue { refilter() } }
    }
    /// The same, taken apart.
    package private(set) var feedFilter = FeedFilter("")
    /// The alerts in their order.
    package internal(set) var feed = FeedState()
    /// Which picture a wall shows.
    var wall = WallTurn()
    // MARK: Readiness
    /// The go/no-go poll of ``board`` as of ``asOf``: made when the board changes or a second passes, not when it is drawn.
    private(set) var poll: ReadinessPoll?
    /// Who serves, as ``board`` has it as of ``asOf``: made with the poll. Nil where nothing is deployed by guardia.
    private(set) var liveTraffic: Traffic?
    /// How many judged series stand at which verdict: made with the poll.
    private(set) var tally: [Verdict: Int] = [:]
    /// How many lines the headline wants for what of deployment, flags and readiness must be known: made with the poll. Where
    /// everything stands depends on it, and that is asked for with every key.
    private(set) var standingNotices = 0
    /// Whether the engine was silent then.
    private var wasSilent = false
    /// Whether ``poll`` and what is made with it are of this board and instant.
    private(set) var isJudged = false
    /// What is to be rung for.
    var alarms = Alarms()
    /// What lies over the panes, the uppermost last.
    package internal(set) var overlays: [Overlay] = []
    /// What is shown while the screen is paused.
    package internal(set) var frozen: Frozen? {
        didSet { feed.show(shown, isLive: frozen == nil, filter: feedFilter, list: lists[.alerts]) }
    }
    package internal(set) var readerNote: String?
    /// The journal that is being read for the first time: until it was, nothing is said of the engine or of anything else. Nil
    /// once it was, or could not be.
    package internal(set) var reading: String?
    /// When this screen was opened.
    let openedAt: Moment
    /// One sentence for the operator about the last key; gone with the next.
    package internal(set) var hint: String? {
        didSet { hintEnds = nil }
    }
    /// When this hint goes by itself: one that tells nothing that must be read, and would be wrong beside what is done next.
    var hintEnds: Moment?
    /// The time of the past that was asked for last, as long as it has not come.
    var awaited: Timestamp?
    /// The same where it was a time and no event: whoever asks for one before the recording is told.
    var sought: Timestamp?
    /// The key that is being taken.
    var pressed: Key?
    /// How the commands ended that were fired here, as far as they did.
    var endings: [ActionID: ActionEnding] = [:]
    /// What was fired here about alerts, until its command has ended.
    var fired: [ActionID: ActionFollow] = [:]
    /// Where the random ends of actions' names come from.
    private var entropy: UInt64

    /// The board at the moment of the pause.
    package struct Frozen: Sendable {
        private let box: BoardBox
        package var board: Board { _read { yield box.board } }
        package let now: Moment

        init(board: Board, now: Moment) {
            box = BoardBox(board)
            self.now = now
        }
    }

    package init(
        board: Board = Board(), now: Moment, size: Size, mode: Mode, keymap: Keymap = .standard,
        capabilities: Capabilities = Capabilities(), words: Words = .english, engineCommand: String = "guardia watch",
        commands: CommandSetup = CommandSetup(), entropy: UInt64 = 0, reading: String? = nil
    ) {
        shownBoard = BoardBox(board)
        self.reading = reading
        openedAt = now
        present = now
        presentAsOf = now
        self.size = size
        self.mode = mode
        self.keymap = keymap
        self.capabilities = capabilities
        self.words = words
        self.engineCommand = engineCommand
        self.commands = commands
        self.entropy = entropy
        page = mode.isKiosk ? .wall : .warRoom
        renewFeed()
        judge()
    }

    /// The next of a row of numbers that nobody else draws (Knuth's MMIX generator).
    mutating func draw() -> UInt16 {
        entropy = entropy &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt16(truncatingIfNeeded: entropy >> 48)
    }

    /// What takes the keys.
    package var context: Context { overlays.last?.context ?? (mode.isKiosk ? .wall : .warRoom) }

    /// The board as the journal has it now.
    var live: Board {
        _read { if let presentBoard { yield presentBoard.board } else { yield shownBoard.board } }
        // In place: it grows with every reading.
        _modify { if presentBoard != nil { yield &presentBoard!.board } else { yield &shownBoard.board } }
    }
    /// What the clock shows, and what the engine's silence is judged by.
    package var now: Moment { rewind?.moment ?? present }
    /// The instant at which the board is judged and drawn: it moves on with what is read, and by itself where nothing comes
    /// for a second. A key in between finds the panes as they are.
    package var asOf: Moment { rewind?.moment ?? presentAsOf }

    /// The board that the panes show: the live one, or the one of the pause.
    var shown: Board { frozen?.board ?? board }
    /// What it is a board of, without a copy of the board around it.
    var shownManifest: Manifest? { frozen == nil ? board.manifest : frozen?.board.manifest }
    /// A series of it, without a copy of the board around it: what a frame asks for most.
    func track(_ id: SeriesID) -> Track? { frozen == nil ? board.track(id) : frozen?.board.track(id) }
    /// The instant at which the shown board is judged.
    var shownNow: Moment { frozen?.now ?? asOf }

    /// The past is turned to, or left.
    private mutating func turn(from old: Rewind?) {
        if let rewind {
            if presentBoard == nil { presentBoard = shownBoard }
            shownBoard = rewind.box
        } else if let live = presentBoard {
            shownBoard = live
            presentBoard = nil
        }
        isJudged = false
        // To be played changes nothing that is shown.
        if rewind?.moment != old?.moment || rewind == nil { renewFeed() }
    }

    /// The board has changed: from now on it is judged and drawn as of the present.
    mutating func renew() {
        revision += 1
        presentAsOf = present
        isJudged = false
    }

    /// Works out once what many parts of a frame ask for.
    mutating func judge() {
        isJudged = true
        wasSilent = isSilent
        poll = ReadinessPoll(board, at: asOf)
        liveTraffic = Traffic(board: board, now: asOf, engineSilent: isSilent)
        tally = board.tally(at: asOf, engineSilent: isSilent)
        standingNotices = deploymentNotices.count + approvalNotices.count + flagNotices.count + readinessNotices.count
    }

    /// Alerts have changed, or all of the board.
    mutating func renewFeed() {
        feed.take(board)
        feed.show(shown, isLive: frozen == nil, filter: feedFilter, list: lists[.alerts])
    }

    private mutating func refilter() {
        feedFilter = FeedFilter(filter)
        feed.sift(shown, feedFilter, lists[.alerts])
    }

    /// Time goes on.
    mutating func pass(to now: Moment) {
        present = now
        let passed = now.uptime - presentAsOf.uptime
        // Almost a second: who comes by once a second comes a millisecond sooner or later, and ages must not stand for two.
        if now.boot != presentAsOf.boot || passed < 0 || passed >= 990 {
            presentAsOf = now
            if rewind == nil { isJudged = false }
        } else if isSilent != wasSilent {
            isJudged = false
        }
    }

    var zone: Zone { board.manifest?.zone ?? .utc }
    var figures: Figures {
        Figures(board.manifest?.figures == .english ? .english : .argentine, isPlain: capabilities.charset == .ascii)
    }
}

/// The screens that can be turned to.
package enum Page: CaseIterable, Hashable, Sendable {
    case warRoom
    /// The wall: what can be read from four metres.
    case wall
}
