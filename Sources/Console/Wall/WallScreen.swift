import Launch

/// One picture of the wall.
package enum WallScreen: Hashable, Sendable {
    /// Launch clock, standing, who serves.
    case launch
    /// The go/no-go poll.
    case readiness
    /// What fires, for as long as something does.
    case alerts
    /// Rows of the health or business pane; more than fit are shown in turns.
    case rows(PaneID, Range<Int>)
    case regions
    /// The two colours.
    case traffic
}

/// Which picture the wall shows, and since when.
struct WallTurn: Hashable, Sendable {
    var screen = WallScreen.launch
    var since: Moment?
    /// Somebody turned to it: for one turn it is shown whatever fires.
    var isAskedFor = false
}

extension Model {
    /// What the config says of walls.
    var kiosk: KioskPlan { board.manifest?.kiosk ?? .standard }

    /// What no text on this screen may show; nil for a person at a keyboard.
    var redaction: Redaction? {
        guard mode.isKiosk else { return nil }
        let contacts = (board.manifest?.roster?.contacts ?? []).flatMap { [$0.name, $0.title] }
        let actors = board.actions.records.map(\.started.by)
        let takers = board.alerts.alerts.values.compactMap { $0.acknowledged?.body.by }
        let speakers = board.readiness.speakers
        let edges = board.manifest?.deployment?.edges.map(\.name) ?? []
        return Redaction(
            kiosk, names: contacts + actors.map(\.name) + takers + speakers,
            hosts: edges + actors.map(\.host) + actors.compactMap(\.client))
    }

    /// Whether the value of a series is not for this screen.
    func isHidden(_ series: Series) -> Bool { mode.isKiosk && kiosk.hides(valueOf: series) }

    /// The pictures that have something to show now, in the order of the config.
    var wallScreens: [WallScreen] {
        let panes = board.manifest?.panes
        let screens = kiosk.pages.flatMap { page -> [WallScreen] in
            switch page {
            case .launch: [.launch]
            case .readiness: stationNames.isEmpty ? [] : [.readiness]
            case .alerts: feed.live.items.contains { $0.standing != .over } ? [.alerts] : []
            case .health: rowScreens(.health, panes?.health.count ?? 0)
            case .business: rowScreens(.business, panes?.business.count ?? 0)
            case .regions: panes?.geo?.regions.isEmpty ?? true ? [] : [.regions]
            case .traffic: panes?.colours.isEmpty ?? true ? [] : [.traffic]
            }
        }
        return screens.isEmpty ? [.launch] : screens
    }

    private func rowScreens(_ pane: PaneID, _ count: Int) -> [WallScreen] {
        guard count > 0 else { return [] }
        let room = max(1, WallTiles.capacity(count, in: WallLayout(self).page.size))
        // As many on each as there are on the fullest less one: three and three, not four and two.
        let screens = (count + room - 1) / room
        let share = (count + screens - 1) / screens
        return stride(from: 0, to: count, by: share).map { .rows(pane, $0..<min($0 + share, count)) }
    }

    /// The picture that is shown: the one that was turned to, unless it has nothing to show any more.
    package var wallScreen: WallScreen {
        let screens = wallScreens
        return screens.contains(wall.screen) ? wall.screen : screens[0]
    }

    /// Turns to the next picture.
    mutating func turnWall(isAskedFor: Bool) {
        let screens = wallScreens
        let index = screens.firstIndex(of: wallScreen) ?? -1
        wall = WallTurn(screen: screens[(index + 1) % screens.count], since: present, isAskedFor: isAskedFor)
    }

    /// Time goes on: each picture has its turn.
    mutating func passWall() {
        guard mode.isKiosk else { return }
        guard let since = wall.since, since.boot == present.boot, since.uptime <= present.uptime else {
            wall.since = present
            return
        }
        if present.uptime - since.uptime >= kiosk.every { turnWall(isAskedFor: false) }
    }

    /// What has all of the wall now; nil: the pictures take turns.
    var wallTakeover: WallTakeover? {
        guard page == .wall, !wall.isAskedFor else { return nil }
        if isSilent { return .silence }
        // The one that the headline names.
        let alert = feed.live.gravest.flatMap { board.alerts[$0] }
        if let alert, alert.facts.severity == .critical { return .alert(alert) }
        return nil
    }
}

/// What takes all of the wall.
enum WallTakeover {
    /// The engine is silent: nothing that was green is known to be so.
    case silence
    /// The gravest critical alert that nobody has.
    case alert(Alert)
}
