package import Launch

/// What people who pass a wall are not to read, taken out of every text before it is cut to fit: half an address is still one.
///
/// What has a known text (a person, an edge, a customer) is found by that text; what has only a shape (an IP address, a phone
/// number, an amount) by its shape. Of two readings the one that hides is taken.
package struct Redaction: Hashable, Sendable {
    /// What stands in place of what is hidden.
    package static let mark = "***"

    private let plan: KioskPlan
    /// Texts to hide where they stand as a word of their own; and wherever they stand.
    private let words: [[UInt32]]
    private let texts: [[UInt32]]

    /// - Parameters:
    ///   - names: the people that are known.
    ///   - hosts: the machines that are known.
    package init(_ plan: KioskPlan, names: [String] = [], hosts: [String] = []) {
        self.plan = plan
        func folded(_ texts: [String]) -> [[UInt32]] {
            Set(texts.map { $0.unicodeScalars.map(Self.folded) }.filter { $0.count > 1 }).sorted { $0.count > $1.count }
        }
        let people = plan.hides(.names) ? names : []
        // `Ana Pereyra` is to be found by either half.
        let parts = people.flatMap { $0.split(separator: " ").map(String.init).filter { $0.count > 2 } }
        words = folded(people + parts + (plan.hides(.hosts) ? hosts : []))
        texts = folded(plan.words)
    }

    /// The text without what is hidden.
    package func callAsFunction(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars.prefix(Text.limit))
        let line = Line(scalars)
        var hidden: [Range<Int>] = []
        let fold = scalars.map(Self.folded)
        for word in words { hidden += Self.places(of: word, in: fold, line, asWord: true) }
        for text in texts { hidden += Self.places(of: text, in: fold, line, asWord: false) }
        if plan.hides(.addresses) { hidden += line.addresses }
        if plan.hides(.hosts) { hidden += line.hosts }
        if plan.hides(.money) { hidden += line.amounts }
        guard !hidden.isEmpty else { return text }
        var result = String.UnicodeScalarView()
        var index = 0
        for range in Self.merged(hidden) {
            result.append(contentsOf: scalars[index..<range.lowerBound])
            result.append(contentsOf: Self.mark.unicodeScalars)
            index = range.upperBound
        }
        result.append(contentsOf: scalars[index...])
        return String(result)
    }

    // MARK: Known texts

    /// Letters alike whatever their case and accents are.
    private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
        let plain = (0xc0..<0x180).contains(scalar.value) ? UInt32(scalar.ascii) : scalar.value
        return (65...90).contains(plain) ? plain + 32 : plain
    }

    private static func places(of word: [UInt32], in text: [UInt32], _ line: Line, asWord: Bool) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var start = 0
        while start < text.count {
            var length = 0
            while length < word.count, start + length < text.count, text[start + length] == word[length] { length += 1 }
            let end = start + length
            // A text that somebody has cut already still begins with it.
            let isCut = length > 1 && end < text.count && line.scalars[end] == "…"
            let isWhole =
                !asWord || ((start == 0 || !line.isLetter(start - 1)) && (end == text.count || !line.isLetter(end)))
            if length == word.count && isWhole || isCut && (!asWord || start == 0 || !line.isLetter(start - 1)) {
                places.append(start..<end)
                start = end
            } else {
                start += 1
            }
        }
        return places
    }

    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

/// A text in which shapes are looked for.
private struct Line {
    let scalars: [Unicode.Scalar]

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    func isLetter(_ index: Int) -> Bool {
        let scalar = scalars[index]
        return scalar.value < 0x80 ? Self.isASCIILetter(scalar) || Self.isDigit(scalar) : scalar.properties.isAlphabetic
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    static func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    /// The longest runs of scalars that pass a test.
    private func runs(_ isWanted: (Unicode.Scalar) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for index in scalars.indices {
            if isWanted(scalars[index]) {
                start = start ?? index
            } else if let begin = start {
                runs.append(begin..<index)
                start = nil
            }
        }
        if let start { runs.append(start..<scalars.count) }
        return runs
    }

    private func parts(_ range: Range<Int>, by separator: Unicode.Scalar) -> [ArraySlice<Unicode.Scalar>] {
        scalars[range].split(separator: separator, omittingEmptySubsequences: false)
    }

    private func isCut(_ range: Range<Int>) -> Bool {
        range.upperBound < scalars.count && scalars[range.upperBound] == "…"
    }

    // MARK: Addresses

    var addresses: [Range<Int>] { internetAddresses + mailAndLinks + phones }

    private var internetAddresses: [Range<Int>] {
        var found: [Range<Int>] = []
        for run in runs({ Self.isDigit($0) || $0 == "." }) {
            let numbers = parts(run, by: ".").filter { !$0.isEmpty }
            // 10.2.0.7; of one that was cut two parts are enough, unless it is a version.
            let isPart = numbers.allSatisfy {
                $0.count <= 3 && (Int(String(String.UnicodeScalarView($0))) ?? 256) < 256
            }
            let isVersion = run.lowerBound > 0 && isLetter(run.lowerBound - 1)
            if isPart, numbers.count >= 4 || numbers.count >= 2 && isCut(run) && !isVersion { found.append(run) }
        }
        for run in runs({
            $0 == ":" || $0 == "." || Self.isDigit($0) || ("a"..."f").contains($0) || ("A"..."F").contains($0)
        }) {
            // A colon behind it belongs to the sentence.
            var run = run
            if !scalars[run].suffix(2).elementsEqual([":", ":"]), scalars[run].last == ":" {
                run = run.lowerBound..<run.upperBound - 1
            }
            let groups = parts(run, by: ":")
            // 14:42:17 is a time, dead:beef::1 is none.
            let isTime = groups.count <= 3 && groups.allSatisfy { $0.count <= 2 && $0.allSatisfy(Self.isDigit) }
            let isLong = groups.count >= 3 || groups.count >= 2 && isCut(run)
            let isText = groups.count == 3 && groups[0].isEmpty && groups[1].isEmpty && groups[2].isEmpty
            if isLong, !isTime, !isText, groups.allSatisfy({ $0.count <= 4 || $0.contains(".") }) { found.append(run) }
        }
        return found
    }

    private var mailAndLinks: [Range<Int>] {
        runs { !$0.properties.isWhitespace && !"()<>\"“”«»,;".unicodeScalars.contains($0) }.filter { run in
            let word = scalars[run]
            if let at = word.firstIndex(of: "@"), at > run.lowerBound, at < run.upperBound - 1 { return true }
            return zip(word, word.dropFirst()).contains { $0 == ("/", "/") }
        }
    }

    private var phones: [Range<Int>] {
        runs { Self.isDigit($0) || "+-() ".unicodeScalars.contains($0) }.compactMap { run in
            // What surrounds the number is none of it.
            guard let first = run.first(where: { scalars[$0] != " " && scalars[$0] != "-" }),
                let last = run.last(where: { Self.isDigit(scalars[$0]) }), first <= last
            else { return nil }
            let digits = scalars[first...last].count(where: Self.isDigit)
            let isInternational = scalars[first] == "+"
            // 2026-11-27 is a date.
            let dashes = parts(first..<last + 1, by: "-").map(\.count)
            let isDate = !isInternational && dashes.count >= 3 && dashes[0] == 4 && dashes[1] == 2
            let enough = isInternational ? 7 : 8
            guard !isDate, digits >= enough || isInternational && digits >= 3 && isCut(run) else { return nil }
            return first..<last + 1
        }
    }

    // MARK: Hosts

    var hosts: [Range<Int>] {
        runs { Self.isASCIILetter($0) || Self.isDigit($0) || ".-_/~".unicodeScalars.contains($0) }.filter { run in
            let word = scalars[run]
            // The path of a file.
            if word.first == "/" || word.first == "~", word.count(where: { $0 == "/" }) > 1 { return true }
            // A point at the end belongs to the sentence.
            let name = word.last == "." ? word.dropLast() : word
            let labels = name.split(separator: ".", omittingEmptySubsequences: false)
            guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last else { return false }
            return last.count > 1 && last.allSatisfy(Self.isASCIILetter)
                || isCut(run) && word.contains(where: Self.isASCIILetter)
                    && !isVersion(name)
        }
    }

    /// `v1.4.0`
    private func isVersion(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        word.first == "v" && word.dropFirst().allSatisfy { Self.isDigit($0) || $0 == "." }
    }

    // MARK: Money

    private static let currencies = ["$", "€", "£", "ars", "usd", "eur", "brl", "uyu", "peso", "pesos"]

    var amounts: [Range<Int>] {
        runs { Self.isDigit($0) || $0 == "." || $0 == "," }.compactMap { run in
            guard scalars[run].contains(where: Self.isDigit) else { return nil }
            var (start, end) = (run.lowerBound, run.upperBound)
            var isMoney = false
            // `4,1 M`, `412 k`, `3 mil`
            var behind = skip(end)
            if let size = word(from: behind), ["k", "m", "mil", "b", "millones"].contains(size) {
                end = behind + size.count
                behind = skip(end)
            }
            if let unit = word(from: behind), Self.currencies.contains(unit) {
                end = behind + unit.count
                isMoney = true
            }
            // A sign, `US$`, `ARS`.
            var before = start
            while before > 0, [" ", "\u{a0}", "-", "−", "+"].contains(scalars[before - 1]) { before -= 1 }
            if let unit = word(before: before),
                Self.currencies.contains(where: { unit == $0 || $0 == "$" && unit.hasSuffix($0) })
            {
                start = before - unit.unicodeScalars.count
                isMoney = true
            }
            return isMoney ? start..<end : nil
        }
    }

    private func skip(_ index: Int) -> Int {
        index < scalars.count && (scalars[index] == " " || scalars[index] == "\u{a0}") ? index + 1 : index
    }

    private static func isUnit(_ scalar: Unicode.Scalar) -> Bool {
        isASCIILetter(scalar) || "$€£".unicodeScalars.contains(scalar)
    }

    private func word(from start: Int) -> String? {
        guard start < scalars.count else { return nil }
        let word = scalars[start...].prefix(while: Self.isUnit)
        return word.isEmpty ? nil : String(String.UnicodeScalarView(word)).lowercased()
    }

    private func word(before end: Int) -> String? {
        var start = end
        while start > 0, Self.isUnit(scalars[start - 1]) { start -= 1 }
        return start < end ? String(String.UnicodeScalarView(scalars[start..<end])).lowercased() : nil
    }
}
