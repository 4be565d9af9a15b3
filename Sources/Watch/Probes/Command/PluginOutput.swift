package import Launch

/// What a Nagios plugin printed: a line for people, performance data for machines
/// (Monitoring Plugins Development Guidelines, "Plugin Output" and "Performance data").
///
/// The first line is `TEXT | PERFDATA`; further lines may follow, and after a second `|` more performance data.
package struct PluginOutput: Hashable, Sendable {
    /// One `'label'=value[UOM];[warn];[crit];[min];[max]`.
    package struct Datum: Hashable, Sendable {
        package var label: String
        /// nil where the plugin could not tell (`U`).
        package var value: Double?
        /// `s`, `ms`, `us`, `%`, `B`, `KB`, `c` …; empty: none.
        package var unit: String
    }

    package var text: String
    package var perfdata: [Datum]

    /// As much of a plugin's output as is looked at.
    package static let limit = 64 * 1024
    private static let datumLimit = 256

    package init(parsing output: [UInt8]) {
        let whole = String(decoding: output.prefix(Self.limit), as: UTF8.self)
        let lines = whole.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let (text, first) = Self.halves(of: lines.first ?? "")
        let (_, further) = Self.halves(of: lines.count > 1 ? lines[1] : "")
        self.text = Self.trimmed(text).bounded()
        perfdata = []
        for part in [first, further] { Self.append(part, to: &perfdata) }
    }

    private static func halves(of line: Substring) -> (text: Substring, perfdata: Substring) {
        guard let bar = line.firstIndex(of: "|") else { return (line, "") }
        return (line[..<bar], line[line.index(after: bar)...])
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// A datum that makes no sense is passed over: one bad label must not hide the others.
    private static func append(_ text: Substring, to perfdata: inout [Datum]) {
        var rest = text.drop(while: \.isWhitespace)
        while !rest.isEmpty, perfdata.count < datumLimit {
            if let label = takeLabel(&rest) {
                let fields = rest.prefix { !$0.isWhitespace }
                rest = rest[fields.endIndex...]
                let value = fields.prefix { $0 != ";" }
                if let datum = datum(label, String(value)) { perfdata.append(datum) }
            } else {
                rest = rest.drop { !$0.isWhitespace }
            }
            rest = rest.drop(while: \.isWhitespace)
        }
    }

    /// Takes `label=` off the front. In a quoted label two single quotes stand for one.
    private static func takeLabel(_ rest: inout Substring) -> String? {
        guard rest.first == "'" else {
            let label = rest.prefix { $0 != "=" && !$0.isWhitespace }
            guard !label.isEmpty, label.endIndex < rest.endIndex, rest[label.endIndex] == "=" else { return nil }
            rest = rest[rest.index(after: label.endIndex)...]
            return String(label)
        }
        var label = ""
        var position = rest.index(after: rest.startIndex)
        while position < rest.endIndex {
            let next = rest.index(after: position)
            if rest[position] != "'" {
                label.append(rest[position])
                position = next
            } else if next < rest.endIndex, rest[next] == "'" {
                label.append("'")
                position = rest.index(after: next)
            } else {
                guard next < rest.endIndex, rest[next] == "=", !label.isEmpty else { return nil }
                rest = rest[rest.index(after: next)...]
                return label
            }
        }
        return nil
    }

    private static func datum(_ label: String, _ text: String) -> Datum? {
        if text == "U" { return Datum(label: label, value: nil, unit: "") }
        // Plugins in some locales write a decimal comma; some write `1e-05`.
        let written = text.replacing(",", with: ".")
        guard let number = written.prefixMatch(of: /[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?/), let value = Double(number.0),
            value.isFinite
        else { return nil }
        let unit = written[number.range.upperBound...]
        guard unit.allSatisfy({ $0.isLetter || $0 == "%" || $0 == "/" }), unit.count <= 16 else { return nil }
        return Datum(label: label, value: value, unit: String(unit))
    }
}

extension PluginOutput.Datum {
    /// The value in `unit`, where both are sizes or both are times; as it stands otherwise.
    package func value(in unit: Unit) -> Double? {
        guard let value else { return nil }
        let seconds: [String: Double] = ["s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
        let bytes: [String: Double] = [
            "B": 1, "KB": 1024, "MB": 1_048_576, "GB": 1_073_741_824, "TB": 1_099_511_627_776,
        ]
        return switch unit {
        case .milliseconds: value * (seconds[self.unit] ?? 1e-3) * 1000
        case .seconds: value * (seconds[self.unit] ?? 1)
        case .days: seconds[self.unit].map { value * $0 / 86_400 } ?? value
        case .bytes: value * (bytes[self.unit] ?? 1)
        default: value
        }
    }
}
