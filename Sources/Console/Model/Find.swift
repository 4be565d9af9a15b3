package import Launch

/// One line of the palette: something that can be done or seen, by name.
package struct Find: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case action(Action)
        case series(SeriesID)
    }

    package var target: Target
    package var title: String
    /// Beside the title: what it is, or why it cannot be done.
    package var note: String
    package var key: String
}

extension Model {
    /// What the palette offers for a query, the best first.
    package func finds(for query: String) -> [Find] {
        var all: [Find] = []
        for binding in keymap.bindings where binding.contexts.contains(.warRoom) && binding.action != .palette {
            let reason = disabledText(of: binding.action)
            all.append(
                Find(
                    target: .action(binding.action), title: words(binding.title),
                    note: reason ?? words(binding.summary), key: keymap.label(of: binding.action)))
        }
        for track in board.tracks {
            all.append(
                Find(
                    target: .series(track.series.id), title: title(of: track.series.id),
                    note: Text.sanitised(track.series.id.name, limit: 120), key: ""))
        }
        guard !query.isEmpty else { return all }
        let scored: [(index: Int, score: Int)] = all.enumerated().compactMap { index, find in
            // A series is known by its title or by its name; a command's note is a sentence, in which all is found.
            // A command also by the name that the docs and `guardia keys` give it.
            let name =
                switch find.target {
                case .series: find.note
                case .action(let action): action.rawValue.replacing("_", with: " ")
                }
            let score = [Fuzzy.score(query, in: find.title, isTitle: true), Fuzzy.score(query, in: name)]
                .compactMap(\.self).max()
            return score.map { (index, $0) }
        }
        return scored.sorted { ($0.score, $1.index) > ($1.score, $0.index) }.map { all[$0.index] }
    }
}

/// Finding by letters that come in order, not side by side: `rdm` finds `Redis memory`; and by words in any order.
enum Fuzzy {
    /// How a word is found, the least way first.
    private enum Way: Int {
        case strewn, sideBySide, startsWord, startsWordOfTitle
    }

    /// How well all words of `query` are found in `text`; nil when one is not. A word's beginning goes before letters side
    /// by side, and those before strewn ones, however many.
    static func score(_ query: String, in text: String, isTitle: Bool = false) -> Int? {
        let lower = text.lowercased()
        var sum = 0
        var least = Way.startsWordOfTitle
        for word in query.split(separator: " ") {
            let strewn = score(word: word, in: text)
            let whole = way(word.lowercased(), in: lower, isTitle: isTitle)
            guard whole != nil || strewn != nil else { return nil }
            let found = whole ?? Way.strewn
            sum += strewn ?? 0
            if found.rawValue < least.rawValue { least = found }
        }
        // Of two equal finds the shorter text is the one that was meant.
        return least.rawValue * 1_000_000 + min(sum, 60_000) * 16 - min(text.unicodeScalars.count, 15)
    }

    /// How `word` stands in `text` as one piece; nil where it does not.
    private static func way(_ word: String, in text: String, isTitle: Bool) -> Way? {
        let startsWord = isTitle ? Way.startsWordOfTitle : Way.startsWord
        if text.hasPrefix(word) { return startsWord }
        let words = text.split { !($0.isLetter || $0.isNumber) }
        if words.contains(where: { $0.hasPrefix(word) }) { return startsWord }
        // A single letter is somewhere in nearly every text.
        return word.count > 1 && text.contains(word) ? .sideBySide : nil
    }

    /// Letters at the start of a word and side by side count more. At least half of them must be such: otherwise nearly
    /// every long text holds nearly every short word.
    private static func score(word: Substring, in text: String) -> Int? {
        var wanted = Array(word.lowercased().unicodeScalars)[...]
        let count = wanted.count
        var anchored = 0
        var score = 0
        var isRun = false
        var before: Unicode.Scalar = " "
        for scalar in text.lowercased().unicodeScalars {
            guard let next = wanted.first else { break }
            if scalar == next {
                let startsWord = !before.properties.isAlphabetic
                if isRun || startsWord { anchored += 1 }
                score += 1 + (isRun ? 3 : 0) + (startsWord ? 4 : 0)
                wanted = wanted.dropFirst()
                isRun = true
            } else {
                isRun = false
            }
            before = scalar
        }
        return wanted.isEmpty && anchored * 2 >= count ? score : nil
    }
}
