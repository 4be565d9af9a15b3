import Launch

extension Model {
    /// How far a key moves the cursor or a text.
    enum Step {
        case by(Int)
        case byPages(Int)
        case first, last

        func applied(to index: Int?, count: Int, room: Int) -> Int {
            let room = max(room, 1)
            let wanted =
                switch self {
                // The first step enters the list where it is nearest.
                case .by(let step): index.map { $0 + step } ?? (step > 0 ? 0 : count - 1)
                case .byPages(let pages): (index ?? 0) + pages * room
                case .first: 0
                case .last: count - 1
                }
            return min(max(wanted, 0), max(count - 1, 0))
        }

        /// The first line of a text that is scrolled, not gone through.
        func scrolled(_ top: Int, room: Int, limit: Int) -> Int {
            let wanted =
                switch self {
                case .by(let lines): top + lines
                case .byPages(let pages): top + pages * max(1, room - 1)
                case .first: 0
                case .last: limit
                }
            return min(max(wanted, 0), max(limit, 0))
        }
    }

    mutating func move(_ step: Step) {
        switch overlays.last {
        case .help(let top):
            let lines = helpLines.count
            let room = helpArea.height
            let limit = max(0, lines - room)
            overlays[overlays.count - 1] = .help(top: step.scrolled(top, room: room, limit: limit))
        case .palette(var palette):
            let count = finds(for: palette.query).count
            palette.selected = step.applied(to: palette.selected, count: count, room: 8)
            overlays[overlays.count - 1] = .palette(palette)
        case .choice(var choice):
            choice.move(to: step.applied(to: choice.selected, count: choice.options.count, room: 8))
            overlays[overlays.count - 1] = .choice(choice)
        case .deployments(let selected):
            let all = deployments
            let index = all.firstIndex { $0.id == selected } ?? 0
            let next = step.applied(to: index, count: all.count, room: DeploymentsPage.room(in: layout.body))
            overlays[overlays.count - 1] = .deployments(selected: all.isEmpty ? nil : all[next].id)
        case .deployment(let id, let top):
            let page = DeploymentPage(model: self, id: id)
            let room = DeploymentPage.room(in: layout.body)
            let limit = max(0, page.lines(width: layout.body.width - 4).count - room)
            let next = step.scrolled(top, room: room, limit: limit)
            overlays[overlays.count - 1] = .deployment(id, top: next)
        case .backups(let top):
            let room = BackupsPage.room(in: layout.body)
            let limit = max(0, BackupsPage(model: self).lines(width: layout.body.width - 4).count - room)
            overlays[overlays.count - 1] = .backups(top: step.scrolled(top, room: room, limit: limit))
        case .alert(let id, let top):
            let page = AlertPage(model: self, id: id)
            let (count, room) = page.extent(in: layout.body)
            let next = step.scrolled(top, room: room, limit: max(0, count - room))
            overlays[overlays.count - 1] = .alert(id, top: next)
        case .escalation(let top):
            let (count, room) = EscalationPage(model: self).extent(in: layout.body)
            overlays[overlays.count - 1] = .escalation(
                top: step.scrolled(top, room: room, limit: max(0, count - room)))
        case .security(let top):
            let room = SecurityPage.room(in: layout.body)
            let limit = max(0, SecurityPage(model: self).lines(width: layout.body.width - 4).count - room)
            overlays[overlays.count - 1] = .security(top: step.scrolled(top, room: room, limit: limit))
        case .checklist(let selected):
            let all = checklist.rows.map(\.id)
            let index = all.firstIndex { $0 == selected } ?? 0
            let next = step.applied(to: index, count: all.count, room: ChecklistPage.room(in: layout.body))
            overlays[overlays.count - 1] = .checklist(selected: all.isEmpty ? nil : all[next])
        case .handover(let top):
            let room = HandoverPage.room(in: layout.body)
            let limit = max(0, HandoverPage(model: self).lines(width: layout.body.width - 4).count - room)
            overlays[overlays.count - 1] = .handover(top: step.scrolled(top, room: room, limit: limit))
        case .flags(let selected):
            let names = flagNames
            let index = names.firstIndex { $0 == selected } ?? 0
            let next = step.applied(to: index, count: names.count, room: FlagsPage.room(in: layout.body))
            overlays[overlays.count - 1] = .flags(selected: names.isEmpty ? nil : names[next])
        case .readiness(let selected):
            let names = stationNames
            let index = names.firstIndex { $0 == selected } ?? 0
            let next = step.applied(to: index, count: names.count, room: max(1, layout.body.height / 2))
            overlays[overlays.count - 1] = .readiness(selected: names.isEmpty ? nil : names[next])
        case .station(let name, let top):
            let (count, room) = StationPage(model: self, name: name).extent(in: layout.body)
            overlays[overlays.count - 1] = .station(
                name, top: step.scrolled(top, room: room, limit: max(0, count - room)))
        case .filterPrompt, .timePrompt, .detail, .confirmation, .action: break
        case nil: moveCursor(step)
        }
    }

    private mutating func moveCursor(_ step: Step) {
        let items = items(of: focus)
        guard !items.isEmpty else { return }
        var list = lists[focus] ?? ListState()
        let room = capacity(of: focus)
        let index = list.selected.flatMap { items.firstIndex(of: $0) }
        let next = step.applied(to: index, count: items.count, room: room)
        if list.held == nil { list.held = items }
        if case .first = step {
            // Home takes in the newest order: it is the way back to what came first meanwhile.
            list.held = freshItems(of: focus)
            list.selected = list.held?.first
        } else {
            list.selected = items[next]
        }
        list.top = ListState.top(list.top, showing: next, count: items.count, room: room)
        lists[focus] = list
    }
}
