package import Launch

/// What lies over the panes; Esc takes the uppermost away.
package enum Overlay: Hashable, Sendable {
    /// The keys; `top` is the first line shown.
    case help(top: Int)
    case palette(Palette)
    /// The filter is being typed; `previous` comes back on Esc.
    case filterPrompt(TextField, previous: String)
    /// Everything about one series.
    case detail(SeriesID)

    var context: Context {
        switch self {
        case .help: .help
        case .palette: .palette
        case .filterPrompt: .filterPrompt
        case .detail: .detail
        }
    }
}

/// The palette: what is typed, and which of the finds is chosen.
package struct Palette: Hashable, Sendable {
    package var field = TextField(limit: TextField.promptLimit)
    package var selected = 0

    package var query: String { field.text }
}

extension TextField {
    /// The longest filter or query.
    static let promptLimit = 80
}
