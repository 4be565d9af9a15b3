import Yams

/// Turns the bytes of a settings file into a tree, whatever they are: a hostile file costs an error, not the process.
package enum YAMLDocument {
    /// A launch of a hundred services is a few hundred lines; a megabyte of settings is a mistake.
    package static let byteLimit = 1 << 20
    private static let depthLimit = 24
    private static let nodeLimit = 100_000
    /// n aliases nested as badly as can be make 3^(n/3) nodes: this bound keeps what Yams expands (and hashes, to find
    /// duplicate keys) small before our own count of nodes can see it.
    private static let aliasLimit = 24

    /// The document's root; nil when it cannot be read, which `findings` then explains.
    package static func root(of bytes: [UInt8], findings: Findings) -> YAMLNode? {
        guard bytes.count <= byteLimit else {
            findings.error(.start, "the file is larger than 1 MiB", hint: "is this the right file?")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            findings.error(placeOfInvalidUTF8(in: bytes), "this byte is not UTF-8", hint: "save the file as UTF-8")
            return nil
        }
        guard aliases(in: bytes) <= aliasLimit else {
            findings.error(.start, "more than \(aliasLimit) aliases (*name)", hint: "write the values out")
            return nil
        }
        var duplicates = DuplicateKeys()
        guard let node = compose(text, &duplicates, findings) else { return nil }
        var walk = Walk(budget: nodeLimit, duplicates: duplicates, findings: findings)
        return walk.convert(node, inside: .start, depth: 0)
    }

    /// The lines of one key at the left margin, up to the next: what stands there in block style is a document by itself. Nil
    /// where the key does not stand there exactly once.
    package static func section(_ key: String, of bytes: [UInt8]) -> [UInt8]? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let starts = lines.indices.filter { lines[$0].starts(with: "\(key):".utf8) }
        guard starts.count == 1, let start = starts.first else { return nil }
        let margin = Set(" \t\r#".utf8)
        let rest = lines[(start + 1)...].prefix { $0.first.map(margin.contains) ?? true }
        return Array(([lines[start]] + rest).joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func compose(_ text: String, _ duplicates: inout DuplicateKeys, _ findings: Findings) -> Node? {
        var text = text
        while true {
            do {
                // What a word means is for whoever reads it to say: Yams would try seven patterns on each. Without the encoding, it
                // would obey an environment variable.
                if let node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() { return node }
                findings.error(.start, "the file is empty")
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let place = Place(line: context.mark.line, column: context.mark.column)
                if let key = keys.first, let disguised = duplicates.disguise(key, at: place, in: text) {
                    text = disguised
                    continue
                }
                let names = keys.map { duplicates.original($0).quoted }.joined(separator: ", ")
                findings.error(max(place, .start), "\(names) stands more than once in the same mapping")
            } catch let error as YamlError {
                report(error, in: text, findings)
            } catch {
                findings.error(.start, "not YAML: \(error)")
            }
            return nil
        }
    }

    /// Turns Yams' tree into ours, within bounds.
    private struct Walk {
        var budget: Int
        let duplicates: DuplicateKeys
        let findings: Findings

        mutating func convert(_ node: Node, inside parent: Place, depth: Int) -> YAMLNode? {
            let place = node.mark.map { Place(line: $0.line, column: $0.column) } ?? parent
            budget -= 1
            guard budget >= 0 else {
                if budget == -1 { findings.error(place, "the file is too large once its aliases are written out") }
                return nil
            }
            guard depth < depthLimit else {
                findings.error(place, "nested more than \(depthLimit) deep")
                return nil
            }
            switch node {
            case .scalar(let scalar):
                let isPlain = scalar.style == .plain || scalar.style == .any
                return YAMLNode(place: place, content: .scalar(.init(text: scalar.string, isPlain: isPlain)))
            case .sequence(let sequence):
                var items: [YAMLNode] = []
                for item in sequence {
                    guard let item = convert(item, inside: place, depth: depth + 1) else {
                        return nil
                    }
                    items.append(item)
                }
                return YAMLNode(place: place, content: .list(items))
            case .mapping(let mapping):
                var entries: [YAMLNode.Entry] = []
                var firsts: [String: Place] = [:]
                for (node, value) in mapping {
                    let keyPlace = node.mark.map { Place(line: $0.line, column: $0.column) } ?? place
                    guard case .scalar(let scalar) = node else {
                        findings.error(keyPlace, "a key must be a single word")
                        return nil
                    }
                    let key = duplicates.original(scalar.string)
                    if let first = firsts[key] {
                        findings.error(
                            keyPlace, "\(key.quoted) stands twice in the same mapping, first on line \(first.line)",
                            hint: "keep one of them")
                    }
                    firsts[key] = keyPlace
                    guard let value = convert(value, inside: keyPlace, depth: depth + 1) else { return nil }
                    entries.append(.init(key: key, place: keyPlace, value: value))
                }
                return YAMLNode(place: place, content: .mapping(entries))
            case .alias:
                findings.error(place, "an alias that leads nowhere")
                return nil
            }
        }
    }

    // MARK: What Yams says, in our words

    private static func report(_ error: YamlError, in text: String, _ findings: Findings) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let place = Place(line: mark.line, column: mark.column)
            if character(at: place, in: text) == "\t" {
                findings.error(place, "a tab", hint: "YAML is indented with spaces")
            } else {
                findings.error(place, "not YAML: \(problem)")
            }
        case .reader(let problem, let offset, _, _):
            findings.error(place(ofCharacter: offset ?? 0, in: text), "not YAML: \(problem)")
        default: findings.error(.start, "not YAML: \(error)")
        }
    }

    private static func character(at place: Place, in text: String) -> Unicode.Scalar? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return nil }
        return lines[place.line - 1].dropFirst(place.column - 1).first
    }

    private static func place(ofCharacter offset: Int, in text: String) -> Place {
        var place = Place.start
        for character in text.prefix(offset) {
            if character.isNewline {
                place = Place(line: place.line + 1, column: 1)
            } else {
                place.column += character.unicodeScalars.count
            }
        }
        return place
    }

    private static func placeOfInvalidUTF8(in bytes: [UInt8]) -> Place {
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where String(validating: line, as: UTF8.self) == nil {
            let valid = String(decoding: line, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }
            return Place(line: index + 1, column: valid.count + 1)
        }
        return .start
    }

    /// How often something that may be an alias stands in the file: an asterisk where a value may begin, with a name.
    private static func aliases(in bytes: [UInt8]) -> Int {
        let openers = Set(" \n\t,[{".utf8)
        let ends = Set(" \n\t\r,]}*()".utf8)
        var count = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "*") {
            let opens = index == 0 || openers.contains(bytes[index - 1])
            let named = index + 1 < bytes.count && !ends.contains(bytes[index + 1])
            if opens, named { count += 1 }
        }
        return count
    }
}
