package import Launch
import Wire

/// Reads the logs of the edges and of fail2ban as they grow, and counts what was refused. Blocking: to be called on a thread of its
/// own.
package struct RefusalReader: Sendable {
    private var access: [LogTail]
    private var audits: [LogTail]
    private var bans: [LogTail]
    package private(set) var window: RefusalWindow
    /// Logs that cannot be read now.
    package private(set) var troubles: [String] = []
    /// Lines that are not of the log's kind.
    package private(set) var unreadable = 0
    private var isFirst = true

    package init(_ logs: [EdgeLogs], bans: [BanWatch], span: Milliseconds = .minutes(10)) {
        access = logs.map { LogTail($0.access) }
        audits = logs.compactMap { $0.audit.map { LogTail($0) } }
        self.bans = bans.compactMap { $0.log.map { LogTail($0) } }
        window = RefusalWindow(span: span)
    }

    package mutating func read(_ now: Timestamp) {
        troubles = []
        for index in access.indices {
            for line in lines(\.access, index) {
                if let request = (try? JSONLine.fields(line)).flatMap(EdgeRequest.init) {
                    window.take(request)
                } else {
                    unreadable += 1
                }
            }
        }
        // What was there before has no time that is worth anything: ModSecurity writes the machine's local one.
        for index in audits.indices {
            for line in lines(\.audits, index) {
                guard let hit = (try? JSONLine.fields(line)).flatMap(FirewallHit.init) else {
                    unreadable += 1
                    continue
                }
                if !isFirst, !hit.uri.contains("guardia=canary-") { window.take(hit, at: now) }
            }
        }
        for index in bans.indices {
            for line in lines(\.bans, index) where !isFirst {
                if let jail = RefusalReader.jail(banning: line) { window.ban(by: jail, at: now) }
            }
        }
        isFirst = false
        window.prune(now)
    }

    /// The new lines of one log; that it cannot be read is remembered.
    private mutating func lines(_ tails: WritableKeyPath<RefusalReader, [LogTail]>, _ index: Int) -> [ArraySlice<UInt8>]
    {
        do throws(WireError) {
            return try self[keyPath: tails][index].lines()
        } catch {
            troubles.append("\(error.target) cannot be read: \(error.reason)")
            return []
        }
    }

    package func check(every: Milliseconds) -> SecurityCheck { window.check(every: every, troubles: troubles) }

    /// `2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Ban 10.0.0.1`
    package static func jail(banning line: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: line, as: UTF8.self)
        guard let ban = text.firstRange(of: "] Ban ") ?? text.firstRange(of: "] Increase Ban ") else { return nil }
        let before = text[..<ban.lowerBound]
        return before.lastIndex(of: "[").map { String(before[before.index(after: $0)...]) }
    }
}
