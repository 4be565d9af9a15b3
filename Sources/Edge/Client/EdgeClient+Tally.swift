package import Launch

/// How far the helper has counted in a log.
package struct LogPlace: Hashable, Sendable {
    package var inode: Int64
    package var offset: Int64
}

/// What the helper counted in its edge's log.
package struct LogTally: Hashable, Sendable {
    package var place: LogPlace
    package var batch: RefusalTally.Batch
}

/// The firewall's rules as they lie on an edge.
package struct RuleSetFacts: Hashable, Sendable {
    /// `3.3.4`; empty where no file tells it.
    package var version: String
    package var count: Int
    package var newest: Timestamp
}

/// A log of an edge that its helper counts in.
package enum CountedLog: String, Hashable, Sendable, CaseIterable {
    /// What nginx let through and refused.
    case requests = "tally"
    /// Which rules of the firewall refused.
    case hits
    /// Whom fail2ban banned.
    case bans
}

/// What the helper looks at beside its door: counts, never a line of a log.
extension EdgeClient {
    /// - Parameters:
    ///   - place: where the last count ended; nil: the count begins now.
    ///   - isOwn: whether what bears the mark of a trial, and comes from this address, is a trial of one's own.
    package func tally(
        _ log: String, of kind: CountedLog = .requests, since place: LogPlace?, within deadline: Duration,
        isOwn: (String) -> Bool = { _ in false }
    ) async throws(EdgeError) -> LogTally {
        let operation = "count in \(log)"
        let words = [kind.rawValue, HelperWord.encode(log), String(place?.inode ?? 0), String(place?.offset ?? 0)]
        // Asked again after a lost answer, it counts the same lines.
        let answer = try await newer(words, operation, within: deadline)
        guard let inode = answer.words("inode")?.first.flatMap({ Int64($0) }), let offset = answer.number("offset")
        else {
            throw EdgeError(.broken, operation, on: plan.name, because: "the helper's answer is not whole")
        }
        var batch = RefusalTally.Batch()
        if kind == .requests { batch.total = count(answer.number("requests")) }
        for words in answer.lines { take(words, of: kind, into: &batch, isOwn) }
        return LogTally(place: LogPlace(inode: inode, offset: offset), batch: batch)
    }

    private func take(
        _ words: [Substring], of kind: CountedLog, into batch: inout RefusalTally.Batch, _ isOwn: (String) -> Bool
    ) {
        func times(_ place: Int) -> Int? {
            HelperAnswer.number(words[place]).flatMap { $0 > 0 ? count($0) : nil }
        }
        switch (kind, words.first, words.count) {
        case (.requests, "reason", 3):
            guard let times = times(2) else { return }
            batch.refused += times
            batch.count(.reason, String(words[1].prefix(20)), times: times)
        case (.requests, "country", 3):
            if let times = times(2) { batch.count(.country, String(words[1].prefix(2)), times: times) }
        case (.hits, "hits", 3):
            // A dash: it bears no mark.
            if let times = times(2), !isOwn(String(words[1])) { batch.total += times }
        case (.hits, "rule", 5):
            guard let times = times(3), !isOwn(String(words[1])), let message = HelperWord.decode(words[4]) else {
                return
            }
            let rule = FirewallHit.Rule(id: String(words[2].prefix(20)), message: unescaped(message))
            if !rule.isSum { batch.count(.rule, rule.name, times: times) }
        case (.bans, "ban", 3):
            if let times = times(2) { batch.takeBan(by: String(words[1].prefix(64)), times: times) }
        default: break
        }
    }

    /// Who was refused how often since a place in a log: those who stand out.
    package func offenders(
        in log: String, since place: LogPlace, within deadline: Duration
    ) async throws(EdgeError) -> [String: Int] {
        let words = ["offenders", HelperWord.encode(log), String(place.inode), String(place.offset)]
        let answer = try await newer(words, "see who is refused in \(log)", within: deadline)
        var counts: [String: Int] = [:]
        for words in answer.lines where words.first == "address" && words.count == 3 {
            // No other sign than an address has: it becomes a word of a command.
            guard words[1].utf8.count <= 45,
                words[1].allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == "." || $0 == ":") })
            else { continue }
            counts[String(words[1])] = count(HelperAnswer.number(words[2]))
        }
        return counts
    }

    /// A rule's message as it stands in a text of JSON.
    private func unescaped(_ text: String) -> String {
        text.replacing("\\\"", with: "\"").replacing("\\/", with: "/").replacing("\\\\", with: "\\")
    }

    /// The rule set in a folder of the edge.
    package func rules(in folder: String, within deadline: Duration) async throws(EdgeError) -> RuleSetFacts {
        let operation = "look at the rules in \(folder)"
        let answer = try await newer(["rules", HelperWord.encode(folder)], operation, within: deadline)
        guard let words = answer.texts("rules", count: 3), let files = HelperAnswer.number(words[0]),
            let newest = HelperAnswer.number(words[1])
        else { throw EdgeError(.broken, operation, on: plan.name, because: "the helper's answer is not whole") }
        return RuleSetFacts(
            version: String(words[2].prefix(20)), count: count(files), newest: Timestamp(seconds: newest))
    }

    /// A request that helpers before it do not take.
    private func newer(
        _ words: [String], _ operation: String, within deadline: Duration
    ) async throws(EdgeError) -> HelperAnswer {
        do throws(EdgeError) {
            return try await request(words, operation, isHarmless: true, within: deadline)
        } catch {
            guard error.refusal == .invalid else { throw error }
            throw EdgeError(
                error.kind, operation, on: plan.name,
                because:
                    "its helper does not take this request: guardia edge install \(plan.name) brings the one that does")
        }
    }

    /// No count that another machine tells overflows a sum of ours.
    private func count(_ number: Int64?) -> Int { Int(min(max(number ?? 0, 0), 1 << 40)) }
}
