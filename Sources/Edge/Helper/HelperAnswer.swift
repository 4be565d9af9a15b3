import Launch

/// What the helper answered: lines of words, and how it ended.
package struct HelperAnswer {
    enum End: Equatable {
        case done
        /// A code and its words.
        case refused([String])
        case failed(String)
    }

    /// The lines before the last, each split into words that are still encoded.
    var lines: [[Substring]]
    var end: End

    static func isLast(_ line: String) -> Bool {
        let word = line.prefix { $0 != " " }
        return word == "ok" || word == "refused" || word == "error"
    }

    /// Nil where the last line is none of the helper's.
    package init?(_ lines: [String]) {
        guard let last = lines.last else { return nil }
        let words = last.split(separator: " ")
        switch words.first {
        case "ok" where words.count == 1: end = .done
        case "refused" where words.count > 1: end = .refused(words.dropFirst().map(String.init))
        case "error": end = .failed(words.dropFirst().joined(separator: " "))
        default: return nil
        }
        self.lines = lines.dropLast().map { $0.split(separator: " ") }
    }

    /// The words after the first of the line that begins with `key`.
    func words(_ key: String) -> ArraySlice<Substring>? { lines.first { $0.first == key[...] }?.dropFirst() }

    func number(_ key: String) -> Int64? { words(key)?.first.flatMap { HelperAnswer.number($0) } }

    /// A number as an edge tells it, within what can be reckoned with: the edge may be another's by now.
    static func number(_ text: some StringProtocol) -> Int64? { Int64(text).map(\.withinRecordedTime) }

    /// The decoded words of the line that begins with `key`, if there are as many.
    func texts(_ key: String, count: Int) -> [String]? {
        guard let words = words(key), words.count == count else { return nil }
        let texts = words.compactMap { HelperWord.decode($0) }
        return texts.count == count ? texts : nil
    }
}

extension EdgeStatus {
    /// Nil where the answer is not a whole status.
    package init?(_ answer: HelperAnswer) {
        guard let clock = answer.number("clock"), let fence = answer.number("fence") else { return nil }
        let door: Door
        if let name = answer.words("split")?.first {
            guard let split = Split(name: String(name)) else { return nil }
            door = .open(split)
        } else if let why = answer.words("broken") {
            door = .broken(why.joined(separator: " "))
        } else {
            return nil
        }
        var notes: [String: String] = [:]
        for line in answer.lines where line.first == "note" && line.count == 3 {
            guard let key = HelperWord.decode(line[1]), let value = HelperWord.decode(line[2]) else { return nil }
            notes[key] = value
        }
        self.init(door: door, fence: fence, clock: clock, notes: notes)
        if answer.words("lock") != nil {
            guard let words = answer.texts("lock", count: 5), let lock = EdgeLock(words) else { return nil }
            self.lock = lock
        }
        if answer.words("freeze") != nil {
            guard let words = answer.texts("freeze", count: 3), let freeze = EdgeFreeze(words) else { return nil }
            self.freeze = freeze
        }
        if answer.words("armed") != nil {
            guard let words = answer.texts("armed", count: 4), let left = HelperAnswer.number(words[3]) else {
                return nil
            }
            armed = ArmedRevert(from: words[0], to: words[1], action: words[2], left: left)
        }
        if answer.words("fired") != nil {
            guard let words = answer.texts("fired", count: 4), let at = HelperAnswer.number(words[0]) else {
                return nil
            }
            fired = FiredRevert(at: at, from: words[1], to: words[2], action: words[3])
        }
    }
}

extension EdgeLock {
    /// HOLDER ACTION KIND REASON LEFT
    init?(_ words: [String]) {
        guard words.count == 5, let left = HelperAnswer.number(words[4]) else { return nil }
        self.init(holder: words[0], action: words[1], kind: words[2], reason: words[3], left: left)
    }
}

extension EdgeFreeze {
    /// BY SINCE REASON
    init?(_ words: [String]) {
        guard words.count == 3, let since = HelperAnswer.number(words[1]) else { return nil }
        self.init(by: words[0], since: since, reason: words[2])
    }
}
