package import Launch

/// Numbers with units as people write them: `1h30m`, `2GiB`, `90%`, `120/min`.
package enum Quantity {
    /// A plain decimal number, with a point: no exponent, no grouping, no infinity.
    package static func decimal(_ text: Substring) -> Double? {
        let digits = text.first == "-" ? text.dropFirst() : text
        guard let first = digits.first, first.isASCII, first.isNumber, digits.utf8.count <= 18,
            digits.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 })
        else { return nil }
        return Double(text)
    }

    private static let spans: KeyValuePairs<String, Int64> = [
        "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]

    /// `500ms`, `2s`, `2m`, `1h30m`, `30d`: the larger unit first, each once.
    package static func duration(_ text: String) throws(Misfit) -> Milliseconds {
        var rest = text[...]
        var total = 0.0
        var last = Double.infinity
        while !rest.isEmpty {
            let (number, unit, tail) = split(rest)
            guard let number = decimal(number), number >= 0 else {
                throw Misfit("\(text.quoted) is not a duration", hint: "write it as 500ms, 2s, 5m, 1h30m or 30d")
            }
            guard let factor = spans.first(where: { $0.key == unit })?.value else {
                throw Misfit(
                    unit.isEmpty
                        ? "\(text.quoted) is a duration without a unit" : "\(String(unit).quoted) is no unit of time",
                    hint: "write it as 500ms, 2s, 5m, 1h30m or 30d")
            }
            guard Double(factor) < last else {
                throw Misfit("\(text.quoted) is not a duration", hint: "the larger unit goes first, as in 1h30m")
            }
            last = Double(factor)
            total += number * Double(factor)
            rest = tail
        }
        guard last.isFinite else { throw Misfit("a duration is missing", hint: "write it as 500ms, 2s, 5m or 1h30m") }
        guard total <= 315_576_000_000 else { throw Misfit("\(text.quoted) is more than ten years") }
        return Milliseconds(Int64(total.rounded()))
    }

    private static let sizes: KeyValuePairs<String, Double> = [
        "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ]

    /// Bytes: `512MB` (10⁶), `2GiB` (2³⁰).
    package static func size(_ text: String) throws(Misfit) -> Double {
        let (number, unit, tail) = split(text[...])
        guard tail.isEmpty, let number = decimal(number), number >= 0,
            let factor = sizes.first(where: { $0.key == unit })?.value
        else { throw Misfit("\(text.quoted) is not a size", hint: "write it as 800kB, 512MB or 2GiB") }
        return number * factor
    }

    /// A number in the base unit of `unit`, written with a unit that fits it.
    package static func amount(_ text: String, in unit: Unit) throws(Misfit) -> Double {
        switch unit {
        case .milliseconds: return try duration(text, for: unit).seconds * 1000
        case .seconds: return try duration(text, for: unit).seconds
        case .days: return try duration(text, for: unit).seconds / 86_400
        case .bytes: return try size(text)
        case .bytesPerSecond:
            guard text.hasSuffix("/s") else {
                throw Misfit("\(text.quoted) is not a rate of bytes", hint: "write it as 2MB/s")
            }
            return try size(String(text.dropLast(2)))
        case .perSecond: return try rate(text, of: 1)
        case .perMinute: return try rate(text, of: 60)
        case .perHour: return try rate(text, of: 3600)
        case .percent: return try suffixed(text, "%", like: "90%", unit: "per cent")
        case .pesos: return try suffixed(text, "ARS", like: "250000ARS", unit: "pesos")
        case .pesosPerHour: return try suffixed(text, "ARS/h", like: "250000ARS/h", unit: "pesos an hour")
        case .count:
            guard let number = decimal(text[...]) else {
                throw Misfit("\(text.quoted) is not a plain number", hint: "this series is a count, it has no unit")
            }
            return number
        case .verdict: throw Misfit("a verdict is judged already", hint: "leave its threshold out")
        case .text: throw Misfit("a text has no threshold", hint: "leave its threshold out")
        }
    }

    private static func duration(_ text: String, for unit: Unit) throws(Misfit) -> Milliseconds {
        // An offset may be below zero.
        if text.hasPrefix("-") { return try duration(String(text.dropFirst())) * -1 }
        do throws(Misfit) {
            return try duration(text)
        } catch {
            throw Misfit(error.message, hint: "this series is a time: write it as 150ms, 3s, 1h or 30d")
        }
    }

    private static func rate(_ text: String, of seconds: Double) throws(Misfit) -> Double {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let spans: [Substring: Double] = ["s": 1, "min": 60, "h": 3600]
        guard parts.count == 2, let number = decimal(parts[0]), let span = spans[parts[1]] else {
            throw Misfit("\(text.quoted) is not a rate", hint: "write it as 20/s, 120/min or 3000/h")
        }
        return number / span * seconds
    }

    private static func suffixed(
        _ text: String, _ suffix: String, like example: String, unit: String
    ) throws(Misfit) -> Double {
        let parts = split(text[...])
        guard parts.unit == suffix, parts.rest.isEmpty, let number = decimal(parts.number) else {
            throw Misfit("\(text.quoted) is not in \(unit)", hint: "write it as \(example)")
        }
        return number
    }

    /// The number that `text` begins with, the unit after it (to the next digit), and what follows; blanks between
    /// fall away.
    private static func split(_ text: Substring) -> (number: Substring, unit: Substring, rest: Substring) {
        let number = text.prefix { "-.0123456789".contains($0) }
        let afterNumber = text[number.endIndex...].drop { $0 == " " }
        let unit = afterNumber.prefix { !"-.0123456789 ".contains($0) }
        return (number, unit, afterNumber[unit.endIndex...].drop { $0 == " " })
    }
}

extension Thresholds.Bound {
    /// `above 150ms`, `below 90%`.
    package init(_ text: String, unit: Unit) throws(Misfit) {
        let words = text.split(separator: " ", maxSplits: 1)
        let amount = words.count == 2 ? String(words[1]) : ""
        switch words.first {
        case "above" where !amount.isEmpty: self = .above(try Quantity.amount(amount, in: unit))
        case "below" where !amount.isEmpty: self = .below(try Quantity.amount(amount, in: unit))
        default:
            throw Misfit("\(text.quoted) is not a bound", hint: "write it as 'above 150ms' or 'below 90%'")
        }
    }
}
