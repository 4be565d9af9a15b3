package import Launch

/// The question before an action, as a state machine (contract C3): it opens on No, and only the typed target, the yes button
/// and half a second together make Enter fire it.
///
/// States: *locked*, while something forbids it, or the target is not typed; *settling*, for half a second after the last
/// change; *open*. Everything that happens to the world is taken in by ``refresh(_:at:)``; what was being confirmed is the
/// plan that was on the screen when typing began, and if the world is known to have left that plan, typing begins anew.
package struct Confirmation: Hashable, Sendable {
    /// What has the keys.
    package enum Focus: Hashable, Sendable {
        case target, yes, no, reason
        /// One of the choices: ← and → turn it.
        case knob(Int)
    }

    package enum Outcome: Hashable, Sendable {
        case stay
        case cancel
        case fire(ActionRequest)
        /// Something else was chosen: ``replan(_:at:)`` wants the card of the new ``intent``.
        case replan
    }

    /// Why the yes button does nothing now.
    package enum Lock: Hashable, Sendable {
        case blocked(String)
        /// It should not be done: ``PlanCard/force`` and the target unlock it all the same.
        case overridable(String)
        /// The target is not typed yet.
        case untyped
        /// A silence must say why: whoever comes next asks.
        case uncommented
        /// It was, less than half a second ago.
        case settling
    }

    /// What became of the last key, where that is not plain to see.
    package enum Note: Hashable, Sendable {
        /// Enter in a field, which fires nothing.
        case enterInField
        /// Enter on the yes button while it is locked.
        case locked
        case pasteIgnored
    }

    /// How long after opening keys are taken for typed before: nobody reads a dialog faster.
    package static let blindness: Milliseconds = 200
    /// How long the target must stand before Enter fires.
    package static let settling: Milliseconds = 500
    /// The longest reason.
    package static let reasonLimit = 200
    /// The longest that a command takes.
    static let reasonBytes = 1000

    package private(set) var intent: ActionIntent
    /// What is confirmed: frozen once typing has begun.
    package private(set) var plan: PlanCard
    /// The same, made anew each second: what the dialog shows.
    package private(set) var facts: PlanCard
    package private(set) var focus: Focus
    package private(set) var target = TextField(limit: ReleaseVersion.limit + 8)
    package private(set) var reason: TextField
    /// How many keys did nothing, since the dialog opened.
    package private(set) var discarded = 0
    package private(set) var note: Note?
    /// How the world left the plan that was being confirmed; empty while it has not.
    package private(set) var moved: [String] = []

    private let opener: Key
    private let openedAt: Moment
    private let actAs: [String]
    private let commands: CommandSetup
    private let random: UInt16
    /// Whether another key than the one that opened it has come since.
    private var hasSeenAnotherKey = false
    /// The last moment at which the target changed, the world moved, or something forbade the action.
    private var unsettledAt: Moment

    /// - Parameters:
    ///   - opener: the key that opened it; held down it must not answer the question.
    ///   - actAs: the words before `guardia`.
    ///   - commands: how the commands of actions are called.
    ///   - random: the end of the action's name.
    package init(
        _ card: PlanCard, intent: ActionIntent, openedAt: Moment, opener: Key, actAs: [String] = [],
        commands: CommandSetup = CommandSetup(), random: UInt16 = 0
    ) {
        self.intent = intent
        plan = card
        facts = card
        focus = .no
        reason = TextField(limit: Confirmation.reasonLimit)
        self.opener = opener
        self.openedAt = openedAt
        self.actAs = actAs
        self.commands = commands
        self.random = random
        unsettledAt = openedAt
        focus = firstFocus
    }

    /// The field to type in, where there is one; else No.
    private var firstFocus: Focus {
        if plan.target != nil { return .target }
        return needsComment ? .reason : .no
    }

    // MARK: What is so now

    /// What must be typed; nil for a routine action.
    package var wanted: String? { plan.target }

    private var isForced: Bool { plan.isForced(by: target.text) }

    /// Why the yes button does nothing at `now`; nil: Enter on it fires.
    package func lock(at now: Moment) -> Lock? {
        if let lock = standingLock { return lock }
        return unsettledAt.age(at: now) < Confirmation.settling ? .settling : nil
    }

    /// The lock, time aside.
    private var standingLock: Lock? {
        if let blocker = facts.blockers.first { return .blocked(blocker) }
        if isForced { return needsComment && reason.text.allSatisfy(\.isWhitespace) ? .uncommented : nil }
        if let danger = facts.overridable.first { return .overridable(danger) }
        guard plan.isConfirmed(by: target.text) else { return .untyped }
        return needsComment && reason.text.allSatisfy(\.isWhitespace) ? .uncommented : nil
    }

    private var needsComment: Bool { if case .silence = intent { true } else { facts.needsReason } }

    /// Whether what is typed can become the target by no further key.
    package var isMistyped: Bool {
        guard let target = plan.target, !target.hasPrefix(self.target.text) else { return false }
        return !"\(PlanCard.force) \(target)".hasPrefix(self.target.text) || !plan.takesForce
    }

    /// The words after `guardia`, as an operator would type them.
    package var arguments: [String] {
        var words = plan.arguments
        if isForced { words.append("--force") }
        // A reason that begins with a dash would be taken for an option.
        var why = reason.text
        while why.utf8.count > Confirmation.reasonBytes { why.removeLast() }
        let option = intent.kind == .ack || intent.kind == .silence ? "--comment" : "--reason"
        // What is taken back needs no word, and takes none.
        if case .endSilence = intent { return words + ["--yes"] }
        if why.hasPrefix("-") {
            words.append(option + "=" + why)
        } else if !why.isEmpty {
            words += [option, why]
        }
        return words + ["--yes"]
    }

    /// The command line that does the same, word by word: all of it but the name by which the dashboard follows what it fires.
    package var commandWords: [String] { commands.words(arguments, actAs: actAs) }

    /// The same as a shell takes it.
    package var commandLine: String { ShellWords.line(commandWords) }

    /// A reason that Right in the empty field takes over; nil where there is none, or something is typed.
    package var suggestion: String? { reason.text.isEmpty ? plan.suggestion : nil }

    // MARK: What happens to it

    /// Takes in the world as it is now.
    package mutating func refresh(_ card: PlanCard, at now: Moment) {
        facts = card
        let changes = card.changes(since: plan)
        if !changes.isEmpty {
            // What was not begun to be confirmed may change without a word.
            if plan.target == nil || !target.text.isEmpty { moved = changes }
            plan = card
            target.clear()
            focus = firstFocus
            unsettledAt = now
        } else if target.text.isEmpty, !card.isVaguer(than: plan) {
            plan = card
        }
        switch standingLock {
        case .blocked?, .overridable?: unsettledAt = now
        case .untyped?, .uncommented?, .settling?, nil: break
        }
    }

    /// Takes the plan of what was chosen now: another question, of which nothing is confirmed yet.
    package mutating func replan(_ card: PlanCard, at now: Moment) {
        plan = card
        facts = card
        moved = []
        target.clear()
        unsettledAt = now
        if case .knob(let index) = focus, !knobs.indices.contains(index) { focus = .no }
    }

    /// What can be chosen.
    package var knobs: [AlertCard.Knob] { facts.alerting?.knobs ?? facts.readiness?.knobs ?? [] }

    /// Nothing that is pasted is taken: a target is read and typed.
    package mutating func paste() {
        discarded += 1
        note = .pasteIgnored
    }

    /// A key while the dialog cannot be seen.
    package mutating func discard() { discarded += 1 }

    package mutating func take(_ key: Key, at now: Moment) -> Outcome {
        // No needs no protection.
        if key.code == .escape { return .cancel }
        guard openedAt.age(at: now) > Confirmation.blindness else { return refuse(note) }
        guard hasSeenAnotherKey || key != opener else { return refuse(note) }
        hasSeenAnotherKey = true
        note = nil

        switch (key.code, key.modifiers) {
        case (.enter, []): return enter(at: now)
        case (.tab, []), (.down, []): focus = neighbour(1)
        case (.tab, .shift), (.up, []): focus = neighbour(-1)
        default: return edit(key, at: now)
        }
        return .stay
    }

    private mutating func enter(at now: Moment) -> Outcome {
        switch focus {
        case .no: return .cancel
        case .target, .reason, .knob: return refuse(.enterInField)
        case .yes:
            guard lock(at: now) == nil else { return refuse(.locked) }
            return .fire(
                ActionRequest(
                    id: ActionID(intent.kind, at: now.utc, random: random), kind: intent.kind, actAs: actAs,
                    arguments: arguments))
        }
    }

    private mutating func refuse(_ note: Note?) -> Outcome {
        discarded += 1
        self.note = note
        return .stay
    }

    /// Target → yes → no → reason → target: one Tab from the target to the button.
    private func neighbour(_ step: Int) -> Focus {
        let turns = knobs.indices.map { Focus.knob($0) }
        let ring: [Focus] =
            if needsComment {
                (plan.target == nil ? [] : [.target]) + [.reason, .yes, .no] + turns
            } else {
                (plan.target == nil ? [.no, .yes] : [.target, .yes, .no]) + turns + [.reason]
            }
        let index = ring.firstIndex(of: focus) ?? 0
        return ring[(index + step + ring.count) % ring.count]
    }

    private mutating func edit(_ key: Key, at now: Moment) -> Outcome {
        switch focus {
        case .reason:
            if key == Key(.right), let suggestion {
                reason.insert(suggestion)
                return .stay
            }
            return reason.take(key) ? .stay : refuse(nil)
        case .target:
            let before = target.text
            guard target.take(key) else { return refuse(nil) }
            if target.text != before { unsettledAt = now }
            return .stay
        case .knob(let index):
            guard knobs.indices.contains(index), key == Key(.left) || key == Key(.right) else { return refuse(nil) }
            let knob = knobs[index]
            let next = min(max(knob.selected + (key == Key(.right) ? 1 : -1), 0), knob.options.count - 1)
            guard next != knob.selected else { return .stay }
            intent = knob.options[next].intent
            unsettledAt = now
            return .replan
        case .yes, .no:
            guard key == Key(.left) || key == Key(.right) else { return refuse(nil) }
            focus = focus == .yes ? .no : .yes
            return .stay
        }
    }
}
