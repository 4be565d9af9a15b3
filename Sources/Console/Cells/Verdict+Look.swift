package import Launch

extension Verdict {
    /// The role that a verdict is shown in. Its word stands beside it: colour alone never tells.
    package var role: Role {
        switch self {
        case .ok: .ok
        case .unknown: .unknown
        case .warning: .warning
        case .critical: .critical
        }
    }

    /// The sign that a verdict is shown by, one cell each, told apart without colour and in ASCII.
    package var glyph: Unicode.Scalar {
        switch self {
        case .ok: "✓"
        case .unknown: "?"
        case .warning: "!"
        case .critical: "✗"
        }
    }
}

extension FeedItem.Weight {
    /// The verdict by whose sign and role an item of the feed is shown.
    var verdict: Verdict {
        switch self {
        case .critical: .critical
        case .warning: .warning
        case .unknown: .unknown
        case .info: .ok
        }
    }
}
