extension LabelMatcher {
    /// Why a text is no matcher.
    package struct Malformed: Error, Hashable {
        package var reason: String
    }

    /// Reads a matcher as Alertmanager and amtool write it: `severity="critical"`, `alertname=~"payment.*"`, `team!=ops`. The
    /// quotes may be left out.
    package init(_ text: String) throws(Malformed) {
        let trimmed = text.trimmingBlanks
        let name = trimmed.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard let first = name.first, !first.isNumber else {
            throw Malformed(reason: "it must begin with the name of a label: severity=\"critical\"")
        }
        var rest = String(trimmed[name.endIndex...]).trimmingBlanks
        guard let sign = ["=~", "!~", "!=", "="].first(where: { rest.hasPrefix($0) }) else {
            throw Malformed(reason: "after the label comes one of = != =~ !~")
        }
        rest = String(rest.dropFirst(sign.count)).trimmingBlanks
        let value = try LabelMatcher.unquoted(rest)
        let isRegex = sign.hasSuffix("~")
        if isRegex, (try? Regex(value)) == nil { throw Malformed(reason: "\(value) is no regular expression") }
        self.init(name: String(name), value: value, isRegex: isRegex, isEqual: sign.hasPrefix("="))
    }

    private static func unquoted(_ text: String) throws(Malformed) -> String {
        guard text.hasPrefix("\"") else { return text }
        guard text.count >= 2, text.hasSuffix("\"") else { throw Malformed(reason: "a quote is not closed") }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                value.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                throw Malformed(reason: "there is a quote within quotes: write \\\"")
            } else {
                value.append(character)
            }
        }
        guard !isEscaped else { throw Malformed(reason: "a quote is not closed") }
        return value
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
