/// One key press, as the terminal tells it.
package struct Key: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// What the key types, letter case included.
        case character(Unicode.Scalar)
        case enter, tab, escape, backspace, delete, insert
        case up, down, left, right, home, end, pageUp, pageDown
        /// F1 and on.
        case function(Int)
    }

    package struct Modifiers: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let shift = Modifiers(rawValue: 1 << 0)
        package static let alt = Modifiers(rawValue: 1 << 1)
        package static let control = Modifiers(rawValue: 1 << 2)
    }

    package var code: Code
    /// A character's case is in the character: `shift` is set for other keys only.
    package var modifiers: Modifiers

    package init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    package init(_ character: Unicode.Scalar, _ modifiers: Modifiers = []) {
        self.init(.character(character), modifiers)
    }
}

extension Key {
    /// The name that a key file, the footer and the help use: `D`, `?`, `ctrl-l`, `shift-tab`, `f1`, `space`.
    package var name: String {
        var name = ""
        if modifiers.contains(.control) { name += "ctrl-" }
        if modifiers.contains(.alt) { name += "alt-" }
        if modifiers.contains(.shift) { name += "shift-" }
        switch code {
        case .character(" "): return name + "space"
        case .character(let scalar): return name + String(scalar)
        case .function(let number): return name + "f\(number)"
        default: return name + (Self.named.first { $0.code == code }?.name ?? "")
        }
    }

    /// Reads a name; nil for what is no key's. A `shift-` before a letter is its capital.
    package init?(name: String) {
        var modifiers: Modifiers = []
        var rest = Substring(name)
        let prefixes: [(String, Modifiers)] = [("ctrl-", .control), ("alt-", .alt), ("shift-", .shift)]
        // `Ctrl-L` and `F5`, as keyboards write them, are the same; `D` and `d` are two keys.
        while let (prefix, modifier) = prefixes.first(where: {
            rest.lowercased().hasPrefix($0.0) && rest.count > $0.0.count
        }) {
            modifiers.insert(modifier)
            rest = rest.dropFirst(prefix.count)
        }
        if rest.unicodeScalars.count > 1 || modifiers.contains(.control) { rest = Substring(rest.lowercased()) }
        if let code = Self.named.first(where: { $0.name == rest })?.code {
            self.init(code, modifiers)
        } else if rest == "space" {
            self.init(" ", modifiers)
        } else if rest.first == "f", rest.count > 1, let number = Int(rest.dropFirst()), (1...24).contains(number) {
            self.init(.function(number), modifiers)
        } else if rest.unicodeScalars.count == 1, let scalar = rest.unicodeScalars.first, scalar.value > 0x20 {
            let capital = scalar.properties.uppercaseMapping.unicodeScalars
            if modifiers.contains(.shift), capital.count == 1, let upper = capital.first {
                self.init(upper, modifiers.subtracting(.shift))
            } else {
                self.init(scalar, modifiers)
            }
        } else {
            return nil
        }
    }

    private static let named: [(name: String, code: Code)] = [
        ("enter", .enter), ("tab", .tab), ("esc", .escape), ("backspace", .backspace), ("delete", .delete),
        ("insert", .insert), ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("home", .home),
        ("end", .end), ("page-up", .pageUp), ("page-down", .pageDown),
    ]
}
