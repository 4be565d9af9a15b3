package import Launch
import Wire

/// The requests to the helper.
extension EdgeClient {
    package func status(within deadline: Duration) async throws(EdgeError) -> EdgeStatus {
        let operation = "read the door"
        let answer = try await request(["status"], operation, isHarmless: true, within: deadline)
        guard let status = EdgeStatus(answer) else { throw malformed(operation) }
        return status
    }

    package func take(_ claim: LockClaim, within deadline: Duration) async throws(EdgeError) -> Int64 {
        let words =
            [
                "take", claim.fence.map(String.init) ?? "any", short(claim.holder), short(claim.action),
                claim.kind.rawValue,
            ]
            + [wholeSeconds(claim.lease), HelperWord.encode(claim.reason, limit: 512)]
            + (claim.force.map { [$0.rawValue] } ?? [])
        return try await once("take the lock", within: deadline) { limit throws(EdgeError) in
            let answer = try await self.request(words, "take the lock", within: limit)
            guard let fence = answer.number("fence") else { throw self.malformed("take the lock") }
            return fence
        } wasDone: { status in
            status.lock?.action == claim.action && status.lock?.kind == claim.kind.rawValue ? status.fence : nil
        }
    }

    package func renew(fence: Int64, lease: Milliseconds, within deadline: Duration) async throws(EdgeError) {
        _ = try await request(
            ["renew", String(fence), wholeSeconds(lease)], "renew the lock", isHarmless: true, within: deadline)
    }

    package func release(fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try await once("release the lock", within: deadline) { limit throws(EdgeError) in
            _ = try await self.request(["release", String(fence)], "release the lock", within: limit)
        } wasDone: { status in
            status.lock == nil || status.fence != fence ? () : nil
        }
    }

    package func stage(_ split: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        _ = try await request(
            ["stage", String(fence), split.name], "stage \(split.name)", isHarmless: true, within: deadline)
    }

    package func flip(from: Split, to: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) -> Flip {
        let operation = "switch to \(to.name)"
        return try await once(operation, within: deadline) { limit throws(EdgeError) in
            let answer = try await self.request(["flip", String(fence), from.name, to.name], operation, within: limit)
            guard let words = answer.texts("switched", count: 3), let clock = Int64(words[2]) else {
                throw self.malformed(operation)
            }
            return Flip(from: words[0], to: words[1], clock: clock)
        } wasDone: { status in
            // Under our fence nobody else can have moved it.
            status.fence == fence && status.lock != nil && status.split == to
                ? Flip(from: from.name, to: to.name, clock: status.clock) : nil
        }
    }

    package func arm(_ revert: Revert, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        let from = revert.from?.name ?? HelperWord.encode("", limit: 1)
        let words = ["arm", String(fence), wholeSeconds(revert.after), from, revert.to.name]
        _ = try await request(
            words + [short(revert.action)], "arm the way back to \(revert.to.name)", isHarmless: true, within: deadline)
    }

    package func disarm(fence: Int64, within deadline: Duration) async throws(EdgeError) {
        _ = try await request(["disarm", String(fence)], "disarm the way back", isHarmless: true, within: deadline)
    }

    package func freeze(by: String, reason: String, within deadline: Duration) async throws(EdgeError) {
        _ = try await request(
            ["freeze", short(by), HelperWord.encode(reason, limit: 512)], "freeze deploys", isHarmless: true,
            within: deadline)
    }

    package func thaw(within deadline: Duration) async throws(EdgeError) {
        _ = try await request(["thaw"], "thaw deploys", isHarmless: true, within: deadline)
    }

    package func note(_ key: String, _ value: String, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        // Not cut: half a fact is none.
        _ = try await request(
            ["note", String(fence), HelperWord.encode(key), HelperWord.encode(value)], "note \(key)", isHarmless: true,
            within: deadline)
    }

    package func history(_ count: Int, within deadline: Duration) async throws(EdgeError) -> [EdgeHistory] {
        let answer = try await request(
            ["history", String(min(max(count, 1), 1000))], "read the history", isHarmless: true, within: deadline)
        // A line that was cut when the disk was full says nothing.
        return answer.lines.compactMap { words in
            guard words.count >= 4, words[0] == "history", let clock = Int64(words[1]), let fence = Int64(words[2])
            else {
                return nil
            }
            let texts = words.dropFirst(4).map { HelperWord.decode($0) ?? String($0) }
            return EdgeHistory(clock: clock, fence: fence, event: String(words[3]), words: texts)
        }
    }

    package func prune(keeping count: Int, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        _ = try await request(
            ["prune", String(fence), String(max(count, 1))], "remove old splits", isHarmless: true, within: deadline)
    }

    // MARK: What is not to be asked for twice

    /// Asks for what would be refused, or done a second time, where it was done already. Where the connection ends before the
    /// answer, the edge itself is asked whether it was done, and only if not it is asked for again.
    ///
    /// - Parameter wasDone: the answer that was lost, as the edge's status tells it; nil: it was not done.
    private func once<Value: Sendable>(
        _ operation: String, within deadline: Duration,
        ask: (_ limit: Duration) async throws(EdgeError) -> Value, wasDone: (EdgeStatus) -> Value?
    ) async throws(EdgeError) -> Value {
        let end = ContinuousClock.now + deadline
        do throws(EdgeError) {
            return try await ask(deadline)
        } catch {
            guard error.kind == .unreachable, end > .now else { throw error }
        }
        if let answer = wasDone(try await status(within: end - .now)) { return answer }
        do throws(EdgeError) {
            return try await ask(end - .now)
        } catch {
            // The helper that lost us may have done it only now.
            guard error.refusal != nil, let answer = wasDone(try await status(within: end - .now)) else { throw error }
            return answer
        }
    }

    // MARK: Words

    private func short(_ text: String) -> String { HelperWord.encode(text, limit: 256) }

    /// Never less than was asked for.
    private func wholeSeconds(_ span: Milliseconds) -> String { String(max(1, (span.count + 999) / 1000)) }

    private func malformed(_ operation: String) -> EdgeError {
        EdgeError(.broken, operation, on: plan.name, because: "the helper's answer is not whole")
    }
}

extension EdgeError {
    /// A refusal in the helper's words: a code and what belongs to it.
    init(refused words: [String], _ operation: String, on edge: String) {
        let texts = words.dropFirst().compactMap { HelperWord.decode($0) }
        let (refusal, reason): (Refusal, String) =
            switch words.first {
            case "held":
                EdgeLock(texts).map { (.held($0), "\($0.holder) holds the lock: \($0.kind) \($0.action)") }
                    ?? (.invalid, "the lock is held")
            case "frozen":
                EdgeFreeze(texts).map { (.frozen($0), "deploys are frozen by \($0.by): \($0.reason)") }
                    ?? (.invalid, "deploys are frozen")
            case "fenced": (.fenced, "the lock is no longer ours")
            case "moved":
                texts.first.flatMap { HelperAnswer.number($0) }.map {
                    (.overtaken(fence: $0), "the lock was taken since, fence \($0)")
                }
                    ?? (.moved(current: texts.first ?? ""), Self.words(current: texts.first ?? ""))
            case "unstaged": (.unstaged, "the split \(texts.first ?? "") is not there, or not whole")
            default: (.invalid, "the helper does not take this request")
            }
        self.init(.refused(refusal), operation, on: edge, because: reason)
    }

    private static func words(current: String) -> String {
        current.isEmpty ? "the door is broken" : "\(current) serves now"
    }

    init(_ error: WireError, _ operation: String, on edge: String) {
        let kind: Kind =
            switch error.kind {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .malformed, .tooLarge, .server: .broken
            case .unresolved, .unreachable, .untrusted, .denied, .closed, .invalid, .outOfResources: .unreachable
            }
        self.init(kind, operation, on: edge, because: error.reason)
    }
}
