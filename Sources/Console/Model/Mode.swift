package import Launch

/// Who looks at the screen, which decides what it lets them do.
package enum Mode: Hashable, Sendable {
    /// A person at a keyboard.
    case `operator`(name: String)
    /// A wall screen: it shows, and takes no orders; `mayQuit` where someone may close it by a key.
    case kiosk(mayQuit: Bool)
    /// A person who looks at a recording: it ended at this time, and nothing can be done about it.
    case replay(end: Timestamp)

    /// When the recording ends that is looked at; nil: it is the present that one looks at.
    var recordingEnd: Timestamp? {
        if case .replay(let end) = self { end } else { nil }
    }

    var isKiosk: Bool {
        if case .kiosk = self { true } else { false }
    }
}

/// What the terminal can show, found out once at the start.
package struct Capabilities: Hashable, Sendable {
    package var charset: Charset
    /// A serial line: no charts, no sparklines.
    package var slow: Bool
    /// Whether braille dots can be seen: a Linux console has no glyphs for them, whatever its locale.
    package var hasBraille: Bool
    /// No colours: what they say elsewhere must be said by shape.
    package var isMono: Bool

    package init(charset: Charset = .utf8, slow: Bool = false, hasBraille: Bool? = nil, isMono: Bool = false) {
        self.charset = charset
        self.slow = slow
        self.hasBraille = hasBraille ?? (charset == .utf8)
        self.isMono = isMono
    }
}
