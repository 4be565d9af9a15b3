extension Model {
    /// Why an action can do nothing now; nil when it can. Footer, help and palette show it, dispatch obeys it.
    package func disabledReason(of action: Action) -> Word? {
        if case .kiosk(let mayQuit) = mode {
            switch action {
            case .help, .nextPage, .redraw, .back: return nil
            case .quit: return mayQuit ? nil : .kioskStays
            case .up, .down, .pageUp, .pageDown, .first, .last: return context == .help ? nil : .readOnlyWall
            default: return .readOnlyWall
            }
        }
        switch action {
        case .up, .down, .pageUp, .pageDown, .first, .last:
            guard overlays.isEmpty else { return nil }
            if !isZoomed, layout.panes.isEmpty { return .noPaneShown }
            return items(of: focus).isEmpty ? .emptyPane : nil
        case .zoom: return layout.isTooSmall ? .tooSmall : nil
        case .nextPage: return .onlyOnWall
        default: return nil
        }
    }
}
