/// What does not fit: the message of a parser that knows the text but not where it stands.
package struct Misfit: Error, Hashable {
    package var message: String
    package var hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// One value of a settings file that is being read: it records what is wrong with it and lets the reading go on.
package struct Field {
    package let node: YAMLNode
    /// How a person would name it: `deadline`, `probes`.
    package let key: String
    package let source: Source

    package var place: Place { node.place }

    package func error(_ message: String, hint: @autoclosure () -> String? = nil) {
        source.findings.error(place, message, hint: hint())
    }

    // MARK: Scalars

    /// The text of a single value, with variables filled in; nil (and an error) when it is anything else.
    package func text() -> String? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            error("'\(key)' needs a value, this is \(node.kind)")
            return nil
        }
        return source.fillIn(scalar.text, at: place)
    }

    /// The text, turned into a value by a parser that throws what is wrong with it.
    package func parse<Value>(_ parser: (String) throws(Misfit) -> Value) -> Value? {
        guard let text = text() else { return nil }
        do throws(Misfit) {
            return try parser(text)
        } catch {
            self.error("'\(key)': \(error.message)", hint: error.hint)
            return nil
        }
    }

    package func integer(in range: ClosedRange<Int>) -> Int? {
        parse { text throws(Misfit) in
            guard let number = Int(text) else { throw Misfit("\(text.quoted) is not a whole number") }
            guard range.contains(number) else {
                throw Misfit("\(number) is out of range", hint: "\(range.lowerBound) to \(range.upperBound) will do")
            }
            return number
        }
    }

    package func number() -> Double? {
        parse { text throws(Misfit) in
            guard let number = Quantity.decimal(text[...]) else { throw Misfit("\(text.quoted) is not a number") }
            return number
        }
    }

    package func flag() -> Bool? {
        parse { text throws(Misfit) in
            switch text {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: throw Misfit("\(text.quoted) is neither true nor false")
            }
        }
    }

    /// One of a fixed set of words.
    package func choice<Value>(_ choices: KeyValuePairs<String, Value>) -> Value? {
        parse { text throws(Misfit) in
            if let match = choices.first(where: { $0.key == text }) { return match.value }
            let words = choices.map(\.key)
            throw Misfit(
                "\(text.quoted) is none of \(words.joined(separator: ", "))",
                hint: Nearest.hint(for: text, among: words))
        }
    }

    /// The one of a fixed set of words that was probably meant, where ``choice(_:)`` found none: what stands beside it can then be
    /// read, and all that is wrong be told at once. The value is never used: there is an error already.
    package func guess<Value>(_ choices: KeyValuePairs<String, Value>) -> Value? {
        guard case .scalar(let scalar) = node.content,
            let word = Nearest.name(to: scalar.text, among: choices.map(\.key))
        else { return nil }
        return choices.first { $0.key == word }?.value
    }

    // MARK: Lists and mappings

    /// What an error is about; the file as a whole has no key.
    private var subject: String { key.isEmpty ? "the file" : "'\(key)'" }

    /// The items of a list; none (and an error) when it is not one.
    package func items() -> [Field] {
        guard case .list(let nodes) = node.content else {
            if case .scalar(let scalar) = node.content, scalar.isNull { return [] }
            error("'\(key)' needs a list, this is \(node.kind)", hint: "begin each item with '- '")
            return []
        }
        return nodes.map { Field(node: $0, key: key, source: source) }
    }

    /// The texts of a list of single values.
    package func texts() -> [String] { items().compactMap { $0.text() } }

    /// Key and value of a mapping whose keys the user chooses.
    package func pairs() -> [(key: String, place: Place, value: Field)] {
        guard case .mapping(let entries) = node.content else {
            if case .scalar(let scalar) = node.content, scalar.isNull { return [] }
            error("\(subject) needs 'key: value' lines, this is \(node.kind)")
            return []
        }
        return entries.map { ($0.key, $0.place, Field(node: $0.value, key: $0.key, source: source)) }
    }

    /// Reads a mapping whose keys are ours; keys that `read` did not ask for are errors.
    package func mapping<Value>(_ read: (Fields) -> Value) -> Value? {
        guard case .mapping(let entries) = node.content else {
            error("\(subject) needs 'key: value' lines, this is \(node.kind)")
            return nil
        }
        let fields = Fields(entries, of: self)
        let value = read(fields)
        fields.finish()
        return value
    }

    package var isMapping: Bool { if case .mapping = node.content { true } else { false } }
    package var isList: Bool { if case .list = node.content { true } else { false } }
}

/// One mapping that is being read. It remembers which keys were asked for: the others are unknown.
package final class Fields {
    package let place: Place
    package let source: Source
    private let name: String
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []
    private var missing: [String] = []

    fileprivate init(_ entries: [YAMLNode.Entry], of field: Field) {
        place = field.place
        source = field.source
        name = field.key
        self.entries = entries
    }

    /// The value of `key`; nil where it was left out, and, with an error, where it was left empty: who left half a bound empty
    /// believes that it is watched.
    package func optional(_ key: String) -> Field? { value(of: key, orElse: ": give it a value, or leave it out") }

    /// The value of `key`; nil, and an error, where it was left out or left empty.
    package func required(_ key: String) -> Field? {
        if let field = value(of: key, orElse: "") { return field }
        if !entries.contains(where: { $0.key == key }) { missing.append(key) }
        return nil
    }

    private func value(of key: String, orElse remedy: String) -> Field? {
        let isFirst = !asked.contains(key)
        asked.append(key)
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        if case .scalar(let scalar) = entry.value.content, scalar.isNull {
            if isFirst { source.findings.error(entry.place, "'\(key)' is empty\(remedy)") }
            return nil
        }
        return Field(node: entry.value, key: key, source: source)
    }

    /// Which of `keys` are there, when only one of them may be.
    package func one(of keys: [String]) -> Field? {
        let present = keys.compactMap { optional($0) }
        if present.count > 1 {
            present[1].error(
                "only one of \(keys.joined(separator: ", ")) may be given, '\(present[0].key)' is there already")
        }
        return present.first
    }

    package func error(_ message: String, hint: @autoclosure () -> String? = nil) {
        source.findings.error(place, message, hint: hint())
    }

    /// Takes every key as known: where the mapping's kind is not, nothing can be said of its keys.
    package func acceptAll() { asked += entries.map(\.key) }

    fileprivate func finish() {
        for entry in entries where !asked.contains(entry.key) {
            // A misspelt required key is one mistake, not two.
            let meant = Nearest.name(to: entry.key, among: missing) ?? Nearest.name(to: entry.key, among: asked)
            missing.removeAll { $0 == meant }
            source.findings.error(
                entry.place, "unknown key \(entry.key.quoted) in \(context)",
                hint: meant.map { "did you mean '\($0)'?" } ?? "known here: \(asked.joined(separator: ", "))")
        }
        for key in missing { error("'\(key)' is missing in \(context)") }
    }

    private var context: String { name.isEmpty ? "this file" : "'\(name)'" }
}

/// The file that fields come from: where its errors gather, and the variables that may stand in its values.
package struct Source {
    package let findings: Findings
    private let variables: [String: String]

    package init(findings: Findings, variables: [String: String] = [:]) {
        self.findings = findings
        self.variables = variables
    }

    /// The field that stands for a whole file; nil when the bytes are no YAML.
    package func root(of bytes: [UInt8]) -> Field? {
        YAMLDocument.root(of: bytes, findings: findings).map { Field(node: $0, key: "", source: self) }
    }

    /// Puts the value of each `${NAME}` in its place; `$${` stands for `${` itself.
    fileprivate func fillIn(_ text: String, at place: Place) -> String? {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = text[...]
        var isWhole = true
        while let dollar = rest.firstRange(of: "${") {
            if rest[..<dollar.lowerBound].last == "$" {
                result += rest[..<dollar.lowerBound].dropLast() + "${"
                rest = rest[dollar.upperBound...]
                continue
            }
            result += rest[..<dollar.lowerBound]
            rest = rest[dollar.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                findings.error(place, "'${' without its '}'", hint: "write $${ for the two characters themselves")
                return nil
            }
            let name = String(rest[..<end])
            if let value = variables[name] {
                result += value
            } else {
                isWhole = false
                findings.error(
                    place, "the variable \(name.quoted) has no value",
                    hint: Nearest.hint(for: name, among: variables.keys.sorted())
                        ?? "give it with --set \(name)=VALUE")
            }
            rest = rest[rest.index(after: end)...]
        }
        return isWhole ? result + rest : nil
    }
}
