import Launch

extension Model {
    /// Takes in what happened and says what the loop must do about it.
    package mutating func update(_ message: Message) -> [Command] { update([message]) }

    /// Takes in what happened at once, in its order; the board is judged when all of it is there.
    package mutating func update(_ messages: [Message]) -> [Command] {
        let commands = messages.flatMap { take($0) }
        if !isJudged { judge() }
        return commands
    }

    private mutating func take(_ message: Message) -> [Command] {
        switch message {
        case .key(let press): return take(press)
        case .paste(let text): paste(text)
        case .resize(let size): self.size = size
        case .tick(let now):
            let isNextSecond = now.utc.seconds != present.utc.seconds
            pass(to: now)
            if let end = hintEnds, end.uptime <= now.uptime { hint = nil }
            passWall()
            refreshConfirmation()
            return ring() + (isNextSecond ? play() : [])
        case .board(let board):
            reading = nil
            live = board
            renew()
            renewFeed()
        case .manifest(let manifest): take(manifest)
        case .readings(let ticks):
            var isNews = false
            for tick in ticks where live.apply(tick) { isNews = true }
            // What says the same as before is drawn with the next second.
            if isNews { renew() }
        case .events(let events):
            take(events)
            // Whatever the wall was turned to: what has just become critical is what is to be seen.
            if alarms.isWaiting { wall.isAskedFor = false }
            return ring()
        case .heartbeat(let beat):
            let old = live.heartbeat
            live.heartbeat = beat
            if beat?.notRecording != old?.notRecording { renew() }
        case .configChanges(let changes): live.note(changes)
        case .readerNote(let note):
            readerNote = note
            // What cannot be read is not being read any more: the reason says more.
            if note != nil { reading = nil }
        case .past(let board, let moment, let target, let asked):
            // Left meanwhile: what comes late is not wanted any more.
            if awaited == nil, rewind == nil { break }
            if awaited == asked { awaited = nil }
            take(past: board, at: moment, target: target)
        case .hint(let text): hint = Text.sanitised(text, limit: 200)
        case .noPast(let reason):
            awaited = nil
            rewind?.isPlaying = false
            hint = Text.sanitised(reason, limit: 200)
        case .actionEnded(let id, let hasFailed, let words):
            take(ActionEnding(hasFailed: hasFailed, words: words), of: id)
        }
        return []
    }

    private mutating func take(_ manifest: Manifest) {
        if let old = live.manifest, let change = ManifestChange(from: old, to: manifest, at: present.utc) {
            live.note([change])
        }
        live.apply(manifest)
        renew()
        renewFeed()
        // A detail of a series that no longer exists would show nothing for ever.
        let live = live
        overlays.removeAll { overlay in
            if case .detail(let id) = overlay { live.index(of: id) == nil } else { false }
        }
    }

    // MARK: Keys

    private mutating func take(_ press: Key) -> [Command] {
        hint = nil
        pressed = press
        if case .confirmation(let confirmation) = overlays.last,
            keymap.action(for: press, in: context) ?? .back == .back
        {
            return answer(confirmation, press)
        }
        if case .choice(var choice) = overlays.last, choice.isHeld, press.code != .enter {
            choice.letGo()
            overlays[overlays.count - 1] = .choice(choice)
            // Where there is nothing to say, this is the other key.
            if press == Key(.tab) { return [] }
        }
        guard let action = keymap.action(for: press, in: context) else {
            if !type(press) { hint = elsewhere(press) ?? words(.noSuchKey, press.label) }
            return []
        }
        return perform(action)
    }

    /// What a key that does nothing here lacks anywhere: the section of the config that it needs.
    private func elsewhere(_ press: Key) -> String? {
        guard let action = keymap.bindings.first(where: { $0.keys.contains(press) })?.action,
            action == .say || action.actsOnProduction || action.actsOnAlert, let reason = disabledText(of: action)
        else { return nil }
        return words(.disabled, words(keymap[action].title), reason)
    }

    /// Does what a key or the palette asks for; refuses, with the reason, what cannot be done now.
    mutating func perform(_ action: Action) -> [Command] {
        if let reason = disabledText(of: action) {
            hint = words(.disabled, words(keymap[action].title), reason)
            return []
        }
        switch action {
        case .quit: return [.quit]
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .help: toggleHelp()
        case .palette: overlays.append(.palette(Palette()))
        case .filter: overlays.append(.filterPrompt(TextField(filter, limit: TextField.promptLimit), previous: filter))
        case .stepBack, .stepForward, .eventBefore, .eventAfter:
            rewind?.isPlaying = false
            return switch action {
            case .stepBack: step(by: Milliseconds(-Rewind.step.count))
            case .stepForward: step(by: Rewind.step)
            default: jump(forward: action == .eventAfter)
            }
        case .shot: return [.shoot]
        case .goToTime: overlays.append(.timePrompt(TextField(limit: 20)))
        case .pause where rewind != nil:
            rewind?.isPlaying.toggle()
            renew()
        case .pause: frozen = frozen == nil ? Frozen(board: board, now: asOf) : nil
        case .deploy: chooseVersion()
        case .rollback: askRollback()
        case .promote, .abort, .hold: askAboutSubject(action)
        case .deployments: overlays = [.deployments(selected: nil)]
        case .backups: overlays = [.backups(top: 0)]
        // MARK: Alerts
        case .ack: askAck()
        case .silence: askSilence()
        case .escalate: askEscalation()
        case .escalation: overlays = [.escalation(top: 0)]
        case .security: overlays = [.security(top: 0)]
        case .readiness: overlays = [.readiness(selected: nil)]
        case .say: chooseWord()
        case .flags: overlays = [.flags(selected: selectedFlag)]
        case .checklist: overlays = [.checklist(selected: nil)]
        case .handover: overlays = [.handover(top: 0)]
        case .flag: chooseFlag()
        case .nextPage: turnWall(isAskedFor: true)
        case .zoom: isZoomed.toggle()
        case .open: return open()
        case .back: back()
        case .focusNext: focus(on: focus.next)
        case .focusPrevious: focus(on: focus.previous)
        case .health, .business, .alerts, .geo, .colours: if let pane = action.pane { turn(to: pane) }
        case .up: move(.by(-1))
        case .down: move(.by(1))
        case .pageUp: move(.byPages(-1))
        case .pageDown: move(.byPages(1))
        case .first: move(.first)
        case .last: move(.last)
        }
        return []
    }

    /// Esc: one step back, the uppermost thing first.
    private mutating func back() {
        if let top = overlays.popLast() {
            if case .filterPrompt(_, let previous) = top { filter = previous }
            if case .action(let follow) = top { hint = leaving(follow) }
        } else if lists[focus]?.selected != nil {
            lists[focus] = nil
        } else if isZoomed {
            isZoomed = false
        } else if !filter.isEmpty {
            filter = ""
        } else if mode.recordingEnd == nil {
            leaveRewind()
        }
    }

    private mutating func toggleHelp() {
        if case .help = overlays.last { overlays.removeLast() } else { overlays.append(.help(top: 0)) }
    }

    /// Enter: what the cursor is on; where it is on nothing, the pane itself.
    private mutating func open() -> [Command] {
        switch overlays.last {
        case .filterPrompt: overlays.removeLast()
        case .timePrompt(let field):
            overlays.removeLast()
            return go(to: field.text)
        case .palette(let palette):
            overlays.removeLast()
            guard let find = finds(for: palette.query).dropFirst(palette.selected).first else { break }
            return choose(find)
        case .choice(var choice):
            if choice.isHeld {
                choice.refuse(words(.heldEnter))
                overlays[overlays.count - 1] = .choice(choice)
                return []
            }
            if case .checklist = choice.subject { return changeChecklist(choice) }
            take(choice)
        case .checklist: askToTick()
        case .deployments(let selected):
            if let id = selected ?? deployments.first?.id { overlays.append(.deployment(id, top: 0)) }
        case .flags: chooseFlag()
        case .readiness(let selected):
            if let name = selected ?? stationNames.first { overlays.append(.station(name, top: 0)) }
        case .help, .detail, .confirmation, .action, .deployment, .alert, .escalation, .security, .station, .backups,
            .handover:
            break
        case nil:
            switch lists[focus]?.selected {
            case .alert(let id)?: overlays.append(.alert(id, top: 0))
            case .series(let id)?: overlays.append(.detail(id))
            case nil: isZoomed = true
            }
        }
        return []
    }

    private mutating func choose(_ find: Find) -> [Command] {
        switch find.target {
        case .action(let action): return perform(action)
        case .series(let id):
            overlays.removeAll { if case .detail = $0 { true } else { false } }
            overlays.append(.detail(id))
            return []
        }
    }

    // MARK: Focus

    /// A digit: the pane comes to the front; a second time, or where no five panes fit, it takes the whole screen.
    private mutating func turn(to pane: PaneID) {
        // A detail lies over all panes: none comes to the front below it.
        let wasCovered = !overlays.isEmpty
        overlays.removeAll()
        guard !wasCovered else { return focus(on: pane) }
        isZoomed = isZoomed || focus == pane || layout.panes.isEmpty
        focus(on: pane)
    }

    private mutating func focus(on pane: PaneID) {
        // The cursor leaves the list that it was in: from here on that one may order itself anew.
        if pane != focus { lists[focus] = nil }
        focus = pane
        if layout.panes.isEmpty { isZoomed = true }
    }

    // MARK: Typing

    /// Gives a key to the field that is open; false where none is, or the key means nothing to it.
    private mutating func type(_ press: Key) -> Bool {
        guard context.isTyping else { return false }
        var isTaken = false
        edit { isTaken = $0.take(press) }
        return isTaken
    }

    private mutating func paste(_ text: String) {
        if case .confirmation(var confirmation) = overlays.last {
            confirmation.paste()
            overlays[overlays.count - 1] = .confirmation(confirmation)
            return
        }
        if context.isTyping { edit { $0.insert(text) } } else { hint = words(.pasteIgnored) }
    }

    private mutating func edit(_ change: (inout TextField) -> Void) {
        switch overlays.last {
        case .filterPrompt(var field, let previous):
            change(&field)
            overlays[overlays.count - 1] = .filterPrompt(field, previous: previous)
            // The list that the cursor was in is another one now.
            if filter != field.text { lists = [:] }
            filter = field.text
        case .timePrompt(var field):
            change(&field)
            overlays[overlays.count - 1] = .timePrompt(field)
        case .palette(var palette):
            let query = palette.query
            change(&palette.field)
            if palette.query != query { palette.selected = 0 }
            overlays[overlays.count - 1] = .palette(palette)
        case .choice(var choice):
            choice.edit(change)
            overlays[overlays.count - 1] = .choice(choice)
        default: break
        }
    }
}
