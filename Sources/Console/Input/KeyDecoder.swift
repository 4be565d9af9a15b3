/// Turns the bytes that a terminal sends into keys and pastes: a pure state machine, whatever way the bytes are cut.
///
/// It reads what xterm and its kin send (ECMA-48 CSI sequences with xterm's modifiers, SS3), the Linux console's
/// function keys, bracketed paste (`CSI 200~ … CSI 201~`), and UTF-8. A sequence that it does not know is dropped whole.
package struct KeyDecoder: Sendable {
    /// How many bytes of a paste are kept: the rest is read and thrown away.
    package static let pasteLimit = 64 * 1024

    private enum State {
        case ground
        case escape
        /// After `CSI`, its parameter bytes so far.
        case csi([UInt8])
        /// After `SS3`.
        case ss3
        /// The Linux console's `CSI [`, followed by a letter.
        case linuxFunction
        /// OSC, DCS, APC and the like: swallowed up to their terminator.
        case string(afterEscape: Bool)
        case paste([UInt8], matched: Int)
        case utf8([UInt8], left: Int)
    }

    private var state = State.ground
    /// ESC before the sequence being read: xterm's way to say Alt.
    private var isAlt = false

    package init() {}

    /// True after an ESC that may be a key of its own or begin a sequence: only time tells (`flush`).
    package var isPending: Bool {
        switch state {
        case .ground, .paste, .string: false
        case .escape, .csi, .ss3, .linuxFunction, .utf8: true
        }
    }

    /// Decides that what is pending was not the beginning of anything: a lone ESC is the Esc key.
    package mutating func flush() -> [InputEvent] {
        defer { reset() }
        switch state {
        case .escape: return [.key(Key(.escape, isAlt ? .alt : []))]
        case .csi([]): return [.key(Key("[", .alt))]
        case .ss3: return [.key(Key("O", .alt))]
        default: return []
        }
    }

    package mutating func feed(_ bytes: [UInt8]) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes {
            if let event = feed(byte) { events.append(event) }
        }
        return events
    }

    private mutating func feed(_ byte: UInt8) -> InputEvent? {
        switch state {
        case .ground: return ground(byte)
        case .escape: return escape(byte)
        case .csi(let parameters): return csi(byte, parameters)
        case .ss3: return finish(Self.ss3[byte].map { Key($0) })
        case .linuxFunction:
            return finish((0x41...0x45).contains(byte) ? Key(.function(Int(byte) - 0x40)) : nil)
        case .string(let afterEscape):
            // BEL, or ST, which is ESC \.
            if byte == 0x07 || (afterEscape && byte == UInt8(ascii: "\\")) {
                reset()
            } else {
                state = .string(afterEscape: byte == Self.esc)
            }
            return nil
        case .paste: return paste(byte)
        case .utf8(let bytes, let left): return utf8(byte, bytes, left)
        }
    }

    private mutating func reset() {
        state = .ground
        isAlt = false
    }

    private mutating func finish(_ key: Key?) -> InputEvent? {
        defer { reset() }
        guard var key else { return nil }
        if isAlt { key.modifiers.insert(.alt) }
        return .key(key)
    }

    // MARK: States

    private mutating func ground(_ byte: UInt8) -> InputEvent? {
        switch byte {
        case Self.esc:
            state = .escape
            return nil
        case 0x0d, 0x0a: return finish(Key(.enter))
        case 0x09: return finish(Key(.tab))
        case 0x08, 0x7f: return finish(Key(.backspace))
        case 0x00: return finish(Key(" ", .control))
        case 0x01...0x1a: return finish(Key(Unicode.Scalar(byte + 0x60), .control))
        case 0x1c...0x1f: return finish(Key(Unicode.Scalar(byte + 0x40), .control))
        case 0x20..<0x7f: return finish(Key(Unicode.Scalar(byte)))
        case 0xc2..<0xe0: state = .utf8([byte], left: 1)
        case 0xe0..<0xf0: state = .utf8([byte], left: 2)
        case 0xf0..<0xf5: state = .utf8([byte], left: 3)
        default: reset()
        }
        return nil
    }

    private mutating func escape(_ byte: UInt8) -> InputEvent? {
        switch byte {
        case Self.esc:
            // ESC ESC: the first was a key, or Alt before a sequence. A second one in doubt waits on.
            if isAlt { return .key(Key(.escape, .alt)) }
            isAlt = true
        case UInt8(ascii: "["): state = .csi([])
        case UInt8(ascii: "O"): state = .ss3
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            state = .string(afterEscape: false)
        default:
            isAlt = true
            state = .ground
            return ground(byte)
        }
        return nil
    }

    private mutating func csi(_ byte: UInt8, _ parameters: [UInt8]) -> InputEvent? {
        switch byte {
        case UInt8(ascii: "[") where parameters.isEmpty:
            state = .linuxFunction
            return nil
        case 0x20...0x3f:
            // Longer than any key's: read on to its end, but remember no more of it.
            state = .csi(parameters.count < 32 ? parameters + [byte] : parameters)
            return nil
        case 0x40...0x7e:
            if byte == UInt8(ascii: "~"), parameters == Array("200".utf8) {
                reset()
                state = .paste([], matched: 0)
                return nil
            }
            return finish(Self.csiKey(final: byte, parameters))
        case Self.esc:
            reset()
            state = .escape
            return nil
        default:
            reset()
            return nil
        }
    }

    private mutating func paste(_ byte: UInt8) -> InputEvent? {
        guard case .paste(var text, var matched) = state else { return nil }
        // Take the text out of the state, so that appending to it does not copy it.
        state = .ground
        if byte == Self.pasteEnd[matched] {
            matched += 1
            guard matched < Self.pasteEnd.count else {
                return .paste(String(decoding: text, as: UTF8.self))
            }
        } else {
            let held = Self.pasteEnd[..<matched]
            matched = byte == Self.esc ? 1 : 0
            if text.count + held.count < Self.pasteLimit {
                text.append(contentsOf: held)
                if matched == 0 { text.append(byte) }
            }
        }
        state = .paste(text, matched: matched)
        return nil
    }

    private mutating func utf8(_ byte: UInt8, _ bytes: [UInt8], _ left: Int) -> InputEvent? {
        guard byte & 0xc0 == 0x80 else {
            // Not a continuation: what was begun is lost, this byte is not.
            reset()
            return ground(byte)
        }
        guard left == 1 else {
            state = .utf8(bytes + [byte], left: left - 1)
            return nil
        }
        let text = String(decoding: bytes + [byte], as: UTF8.self).unicodeScalars
        guard text.count == 1, let scalar = text.first, scalar != "\u{FFFD}" else {
            reset()
            return nil
        }
        return finish(Key(scalar))
    }

    // MARK: Tables

    private static let esc: UInt8 = 0x1b
    private static let pasteEnd = Array("\u{1b}[201~".utf8)

    private static func csiKey(final: UInt8, _ parameters: [UInt8]) -> Key? {
        let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self)) ?? 1 }
        // xterm sends one more than the sum of shift 1, alt 2, control 4.
        let bits = numbers.count > 1 ? UInt8(clamping: numbers[1] - 1) : 0
        let modifiers = Key.Modifiers(rawValue: bits & 0b111)
        if final == UInt8(ascii: "~") {
            return (numbers.first.flatMap { tilde[$0] }).map { Key($0, modifiers) }
        }
        if final == UInt8(ascii: "Z") { return Key(.tab, .shift) }
        return letters[final].map { Key($0, modifiers) }
    }

    private static let letters: [UInt8: Key.Code] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "F"): .end, UInt8(ascii: "H"): .home, UInt8(ascii: "P"): .function(1),
        UInt8(ascii: "Q"): .function(2),
        UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
    ]

    private static let ss3: [UInt8: Key.Code] = letters.merging([UInt8(ascii: "M"): .enter]) { $1 }

    private static let tilde: [Int: Key.Code] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6),
        18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]
}
