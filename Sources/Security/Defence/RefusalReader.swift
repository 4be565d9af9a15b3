import Glibc
package import Launch
import Wire

/// Reads the logs of the edges and of fail2ban as they grow, and counts what was refused. Blocking: to be called on a thread of its
/// own.
package struct RefusalReader: Sendable {
    /// Logs of one kind, and what they have told since all of them could last be read.
    private struct Group: Sendable {
        var tails: [LogTail]
        /// Whose each is.
        var owners: [String]
        var pending = RefusalTally.Batch()
        /// When all of them were read; nil before the first time.
        var since: Timestamp?

        init(_ logs: [(owner: String, path: String)]) {
            tails = logs.map { LogTail($0.path) }
            owners = logs.map(\.owner)
        }
    }

    private var access: Group
    private var audits: Group
    private var bans: Group
    private let trusted: TrustedNetworks

    /// What the helpers of edges elsewhere have counted in one kind of log since the last look.
    package struct Remote: Sendable {
        package var batches: [RefusalTally.Batch]
        /// The edges that could not be asked; then nothing is known of the whole.
        package var troubles: [String]

        package init(_ batches: [RefusalTally.Batch] = [], troubles: [String] = []) {
            self.batches = batches
            self.troubles = troubles
        }
    }

    package private(set) var report: RefusalReport
    /// Lines that are not of the log's kind.
    package private(set) var unreadable = 0

    /// How often one log is read within one look: 64 MiB.
    private static let rounds = 8

    /// - Parameter trusted: the networks whose trials are guardia's own, besides the loopback.
    package init(_ logs: [EdgeLogs], bans: [BanWatch], trusted: [String] = []) {
        self.trusted = TrustedNetworks(trusted)
        access = Group(logs.map { (owner: $0.edge, path: $0.access) })
        audits = Group(logs.compactMap { log in log.audit.map { (owner: log.edge, path: $0) } })
        self.bans = Group(bans.compactMap { watch in watch.logHere.map { (owner: watch.name, path: $0) } })
        report = RefusalReport(at: Timestamp(seconds: 0))
        report.countsBans = bans.contains { $0.log != nil }
    }

    /// One look. What was counted elsewhere since the last one is given.
    package mutating func read(
        _ now: Timestamp, requests: Remote = Remote(), rules: Remote = Remote(), bans: Remote = Remote()
    ) {
        report.at = now
        readRequests(now, requests)
        let trusted = self.trusted
        let ruleTroubles = read(\.audits, now) { line, _, batch in
            guard let hit = (try? JSONLine.fields(line)).flatMap(FirewallHit.init) else { return false }
            // From elsewhere the name means nothing: whoever attacks may write it too.
            let isTrial = hit.uri.contains("guardia=canary-") && trusted.contains(hit.address)
            if !isTrial { batch.take(hit) }
            return true
        }
        // What was there before the first look has no time that is worth anything: ModSecurity writes the machine's local one.
        report.ruleTroubles = merge(rules, into: \.audits, ruleTroubles)
        close(\.audits, now, report.ruleTroubles) { $0.rules.take($1, over: $2, at: now) }
        let banTroubles = read(\.bans, now) { line, owner, batch in
            guard let jail = RefusalReader.jail(banning: line) else { return true }
            batch.takeBan(by: jail)
            batch.count(.banner, owner)
            return true
        }
        report.banTroubles = merge(bans, into: \.bans, banTroubles)
        close(\.bans, now, report.banTroubles) { $0.bans.take($1, over: $2, at: now) }
    }

    /// → all that is not known of a group.
    private mutating func merge(
        _ remote: Remote, into group: WritableKeyPath<RefusalReader, Group>, _ troubles: [String]
    ) -> [String] {
        for batch in remote.batches { self[keyPath: group].pending.merge(batch) }
        return troubles + remote.troubles
    }

    package func check(every: Milliseconds) -> SecurityCheck { report.check(every: every) }

    // MARK: Requests

    private mutating func readRequests(_ now: Timestamp, _ remote: Remote) {
        var backlog = Backlog(until: now, span: report.requests.span)
        let isFirst = access.since == nil
        let troubles = read(\.access, now) { line, edge, batch in
            guard let request = (try? JSONLine.fields(line)).flatMap(EdgeRequest.init) else { return false }
            if isFirst { backlog.take(request, on: edge) } else { batch.take(request, on: edge) }
            return true
        }
        report.requestTroubles = merge(remote, into: \.access, troubles)
        // What stood in the log before bears its time; of edges elsewhere nothing is known before the first look.
        if isFirst, report.requestTroubles.isEmpty, remote.batches.isEmpty {
            for (batch, end) in backlog.minutes { report.requests.take(batch, over: .minutes(1), at: end) }
            if let (batch, time) = backlog.lessThanAMinute { report.requests.take(batch, over: time, at: now) }
        }
        close(\.access, now, report.requestTroubles) { $0.requests.take($1, over: $2, at: now) }
    }

    /// Ends a look at a group: only where all of it could be read is it known what was refused.
    private mutating func close(
        _ group: WritableKeyPath<RefusalReader, Group>, _ now: Timestamp, _ troubles: [String],
        _ take: (inout RefusalReport, RefusalTally.Batch, Milliseconds) -> Void
    ) {
        guard troubles.isEmpty else { return }
        if let since = self[keyPath: group].since, now > since {
            take(&report, self[keyPath: group].pending, now - since)
        }
        if self[keyPath: group].since != now { self[keyPath: group].pending = .init() }
        self[keyPath: group].since = now
    }

    /// The new lines of a group. → why some of its logs are not known whole.
    private mutating func read(
        _ group: WritableKeyPath<RefusalReader, Group>, _ now: Timestamp,
        _ take: (ArraySlice<UInt8>, String, inout RefusalTally.Batch) -> Bool
    ) -> [String] {
        var troubles: [String] = []
        for index in self[keyPath: group].tails.indices {
            var tail = self[keyPath: group].tails[index]
            let owner = self[keyPath: group].owners[index]
            do throws(WireError) {
                for _ in 0..<RefusalReader.rounds {
                    for line in try tail.lines() where !take(line, owner, &self[keyPath: group].pending) {
                        unreadable += 1
                    }
                    if !tail.isBehind { break }
                }
                if tail.isBehind {
                    tail.passOver()
                    troubles.append("\(tail.path) grows faster than it can be read: the count is too low")
                }
            } catch {
                troubles.append("\(error.target) cannot be read: \(error.reason)")
            }
            self[keyPath: group].tails[index] = tail
        }
        return troubles
    }

    // MARK: fail2ban

    /// `2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Ban 10.0.0.1`
    package static func jail(banning line: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: line, as: UTF8.self)
        guard let ban = text.firstRange(of: "] Ban ") ?? text.firstRange(of: "] Increase Ban ") else { return nil }
        let before = text[..<ban.lowerBound]
        return before.lastIndex(of: "[").map { String(before[before.index(after: $0)...]) }
    }
}

/// What an access log held before the first look, by minutes that it tells of whole.
private struct Backlog {
    private let end: Timestamp
    private var batches: [RefusalTally.Batch]
    private var first: Timestamp?

    init(until end: Timestamp, span: Milliseconds) {
        self.end = end
        batches = Array(repeating: .init(), count: max(0, Int(span.count / 60_000) - 1))
    }

    mutating func take(_ request: EdgeRequest, on edge: String) {
        first = min(first ?? request.at, request.at)
        let age = (end - request.at).count
        guard age >= 0, age / 60_000 < Int64(batches.count) else { return }
        batches[Int(age / 60_000)].take(request, on: edge)
    }

    /// Where it tells of no whole minute: what it tells, and of how much time. The end of a busy edge's log is short.
    var lessThanAMinute: (RefusalTally.Batch, Milliseconds)? {
        guard minutes.isEmpty, let first, let batch = batches.first, end - first >= .seconds(1) else { return nil }
        return (batch, end - first)
    }

    /// The oldest first, each with its end.
    var minutes: [(RefusalTally.Batch, Timestamp)] {
        guard let first else { return [] }
        return batches.indices.reversed().compactMap { index in
            let start = end + Milliseconds(-Int64(index + 1) * 60_000)
            // A second more: nginx writes whole ones.
            guard first <= start + .seconds(1) else { return nil }
            return (batches[index], end + Milliseconds(-Int64(index) * 60_000))
        }
    }
}
