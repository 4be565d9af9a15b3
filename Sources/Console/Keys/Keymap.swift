/// Which key does what: the one table that dispatch, footer, help, palette and the printed key list are made from.
package struct Keymap: Sendable {
    package let bindings: [Binding]
    private let actions: [Key: Action]

    /// The keys as they come.
    package static let standard = Keymap(checked: Binding.defaults)

    /// The standard keys with changes. The first key that is given to an action takes the place of all its standard
    /// ones, further ones are added.
    package init(overrides: [(action: String, key: String)]) throws(KeymapError) {
        var bindings = Binding.defaults
        var changed: Set<Action> = []
        for (name, key) in overrides {
            guard let index = bindings.firstIndex(where: { $0.action.rawValue == name }) else {
                throw .unknownAction(name)
            }
            guard let press = Key(name: key) else { throw .noKey(name, key) }
            let action = bindings[index].action
            // Without Esc there would be no way out of a field, where letters write.
            if press.code == .escape ? action != .back : action == .back { throw .escape(name) }
            if changed.insert(action).inserted { bindings[index].keys = [] }
            if !bindings[index].keys.contains(press) { bindings[index].keys.append(press) }
        }
        var owners: [Key: Action] = [:]
        for binding in bindings {
            for key in binding.keys {
                if let owner = owners.updateValue(binding.action, forKey: key) {
                    throw .conflict(key, owner, binding.action)
                }
            }
        }
        self.init(checked: bindings)
    }

    private init(checked bindings: [Binding]) {
        self.bindings = bindings
        actions = Dictionary(
            bindings.flatMap { binding in binding.keys.map { ($0, binding.action) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The action of a key in a context; nil where the key does nothing or, in a field, writes.
    package func action(for press: Key, in context: Context) -> Action? {
        if context.isTyping, press.typed != nil { return nil }
        guard let action = actions[press], self[action].contexts.contains(context) else { return nil }
        return action
    }

    /// The row of an action.
    package subscript(action: Action) -> Binding {
        // Every action has a row: a test holds the table to it.
        bindings.first { $0.action == action } ?? Binding(action, [], .help, .helpSummary, in: [])
    }

    /// The key that the screen names for an action; empty when every key was taken from it.
    package func label(of action: Action) -> String { self[action].keys.first?.label ?? "" }
}

/// Why a key setting is refused.
package enum KeymapError: Error, Hashable, CustomStringConvertible {
    /// No action bears that name.
    case unknownAction(String)
    /// The text names no key.
    case noKey(_ action: String, String)
    /// One key for two actions.
    case conflict(Key, Action, Action)
    /// Esc goes back one step, and nothing else may take its place.
    case escape(_ action: String)

    package var description: String {
        switch self {
        case .unknownAction(let name):
            "no action is called '\(Text.sanitised(name, limit: 40))'; the nearest is '\(Action.nearest(to: name))'"
        case .noKey(let action, let key):
            "key of '\(action)': '\(Text.sanitised(key, limit: 40))' is no key; keys are written as D, ctrl-l, alt-x, "
                + "shift-tab, esc, enter, space, page-up, home, f1"
        case .conflict(let key, let first, let second):
            "the key '\(key.name)' is given to both '\(first.rawValue)' and '\(second.rawValue)'; give one of them another"
        case .escape(let action):
            "key of '\(action)': esc always goes back one step, it cannot be moved or taken"
        }
    }
}

extension Action {
    /// The action whose name takes the fewest changed letters to reach.
    static func nearest(to name: String) -> String {
        let wanted = Array(name.unicodeScalars.prefix(64))
        return allCases.map(\.rawValue).min {
            distance(wanted, Array($0.unicodeScalars)) < distance(wanted, Array($1.unicodeScalars))
        } ?? ""
    }

    /// Levenshtein's distance, row by row.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (y, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = y + 1
            for (x, b) in right.enumerated() {
                let changed = diagonal + (a == b ? 0 : 1)
                diagonal = row[x + 1]
                row[x + 1] = min(changed, row[x] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
