/// Which key does what, where a team wants it otherwise: `deploy: D`.
package struct KeysFile: Hashable, Sendable {
    /// One line of the file.
    package struct Binding: Hashable, Sendable {
        package var action: String
        package var key: String
        package var place: Place
    }

    package var bindings: [Binding]

    /// Reads the file at `path` and checks it against a keymap.
    ///
    /// - Parameters:
    ///   - defaults: every action that has a key, with the key it has when the file says nothing.
    ///   - normalize: the one way of writing a key that two spellings of it share; nil for what is no key.
    /// - Throws: unknown actions, keys that are none, and keys that two actions would share.
    package static func load(
        path: String, defaults: [(action: String, key: String)], normalize: (String) -> String?
    ) throws(ConfigErrors) -> KeysFile {
        let findings = Findings(file: path)
        guard let bytes = SettingsFile.read(path, findings: findings) else { throw ConfigErrors(findings.errors) }
        return try load(bytes: bytes, name: path, defaults: defaults, normalize: normalize)
    }

    /// Reads a file that is already in memory; `name` stands for it in messages.
    package static func load(
        bytes: [UInt8], name: String, defaults: [(action: String, key: String)], normalize: (String) -> String?
    ) throws(ConfigErrors) -> KeysFile {
        let findings = Findings(file: name)
        let actions = Set(defaults.map(\.action))
        var bindings: [Binding] = []
        for entry in Source(findings: findings).root(of: bytes)?.pairs() ?? [] {
            guard actions.contains(entry.key) else {
                findings.error(
                    entry.place, "there is no action \(entry.key.quoted)",
                    hint: Nearest.hint(for: entry.key, among: defaults.map(\.action)))
                continue
            }
            let key = entry.value.parse { text throws(Misfit) in
                guard let key = normalize(text) else {
                    throw Misfit("\(text.quoted) is not a key", hint: "write it as D, ?, F5, Tab or Ctrl-L")
                }
                return key
            }
            if let key { bindings.append(Binding(action: entry.key, key: key, place: entry.place)) }
        }
        checkConflicts(bindings, defaults: defaults, normalize: normalize, findings)
        guard !findings.hasErrors else { throw ConfigErrors(findings.errors) }
        return KeysFile(bindings: bindings)
    }

    /// One key, one meaning: each key that the file gives must be free, or freed by the file itself.
    private static func checkConflicts(
        _ bindings: [Binding], defaults: [(action: String, key: String)], normalize: (String) -> String?,
        _ findings: Findings
    ) {
        let moved = Set(bindings.map(\.action))
        var holders: [String: (action: String, line: Int?)] = [:]
        for (action, key) in defaults where !moved.contains(action) {
            holders[normalize(key) ?? key] = (action, nil)
        }
        for binding in bindings {
            if let holder = holders[binding.key] {
                let origin = holder.line.map { "on line \($0)" } ?? "by default"
                findings.error(
                    binding.place,
                    "the key \(binding.key.quoted) would do both '\(binding.action)' and '\(holder.action)', "
                        + "which has it \(origin)",
                    hint: "give one of the two another key")
            } else {
                holders[binding.key] = (binding.action, binding.place.line)
            }
        }
    }
}
