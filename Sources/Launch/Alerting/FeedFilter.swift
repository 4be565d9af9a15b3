/// What an operator types to see less of the feed: words that must be found, and labels that must be so.
///
/// `payment severity=critical province!=Jujuy`. A label's value is compared from its beginning, whatever the case, so that the
/// feed follows while one types.
package struct FeedFilter: Hashable, Sendable {
    private struct Term: Hashable, Sendable {
        var name: String
        var value: String
        var isEqual: Bool
    }

    /// What is left once the labels are taken out: what is searched for in other lists too.
    package let text: String
    private let words: [String]
    private let terms: [Term]

    package init(_ typed: String) {
        var terms: [Term] = []
        var rest: [Substring] = []
        for word in typed.split(separator: " ") {
            if let term = FeedFilter.term(word) { terms.append(term) } else { rest.append(word) }
        }
        self.terms = terms
        text = terms.isEmpty ? typed : rest.joined(separator: " ")
        words = rest.map { $0.lowercased() }
    }

    private static func term(_ word: Substring) -> Term? {
        guard let sign = word.firstIndex(of: "=") else { return nil }
        var name = word[..<sign]
        let isEqual = name.last != "!"
        if !isEqual { name.removeLast() }
        guard let first = name.first, first.isLetter || first == "_",
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        else { return nil }
        let value = word[word.index(after: sign)...].filter { $0 != "\"" }
        return Term(name: name.lowercased(), value: value.lowercased(), isEqual: isEqual)
    }

    package var isEmpty: Bool { terms.isEmpty && words.isEmpty }
    /// Whether it asks for labels: what has none does not match it.
    package var asksForLabels: Bool { !terms.isEmpty }

    /// - Parameters:
    ///   - texts: what the words are looked for in; each word must be in one of them.
    ///   - labels: a label's value by its name in small letters; empty where there is none.
    package func matches(texts: () -> [String], label: (String) -> String) -> Bool {
        for term in terms {
            let value = label(term.name)
            // Half typed it asks for those that have the label at all.
            let isSo = term.value.isEmpty ? !value.isEmpty : value.lowercased().hasPrefix(term.value)
            guard isSo == term.isEqual else { return false }
        }
        guard !words.isEmpty else { return true }
        let all = texts().map { $0.prefix(400).lowercased() }
        // As the header writes it (`critical`), and as a line does (`CRIT`); what is over is neither.
        let severity = label("state") == "resolved" ? "" : label("severity")
        return words.allSatisfy { word in
            all.contains { $0.contains(word) } || FeedFilter.names(severity, word)
        }
    }

    /// Whether a word is the name of a severity or of a verdict, or its short form; fewer letters are the beginning of anything.
    package static func names(_ severity: String, _ word: String) -> Bool {
        word.count >= 4 && severity.lowercased().hasPrefix(word.lowercased())
    }

    /// The same of an alert; `severity`, `state` and `rule` can be asked for as labels can.
    package func matches(_ alert: Alert, title: String) -> Bool {
        matches {
            [alert.facts.summary, alert.facts.rule, title, alert.acknowledged?.body.by ?? ""]
                + alert.facts.labels.values.values
        } label: { name in
            switch name {
            case "severity": return alert.facts.severity.rawValue
            case "rule": return alert.facts.rule
            case "state": return alert.stateName
            default:
                let labels = alert.facts.labels
                if !labels[name].isEmpty { return labels[name] }
                return labels.values.first { $0.key.lowercased() == name }?.value ?? ""
            }
        }
    }
}

extension Alert {
    /// What can be asked for: `firing`, `acked`, `silenced`, `inhibited`, `resolved`, `pending`.
    package var stateName: String {
        switch state {
        case .pending: "pending"
        case .resolved: "resolved"
        case .firing:
            !silences.isEmpty
                ? "silenced" : !inhibitors.isEmpty ? "inhibited" : acknowledged != nil ? "acked" : "firing"
        }
    }
}
