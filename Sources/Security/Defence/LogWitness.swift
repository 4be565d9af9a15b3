package import Launch
import Wire

/// Whether an edge's logs are written: guardia's own trials must stand in them. A log that was renamed under a running nginx is
/// written on, and read by nobody.
package struct LogWitness: Sendable {
    private let logs: EdgeLogs
    private var access: LogTail
    private var audit: LogTail?

    package init(_ logs: EdgeLogs) {
        self.logs = logs
        access = LogTail(logs.access)
        audit = logs.audit.map { LogTail($0) }
    }

    /// Passes over what is there already.
    package mutating func begin() {
        _ = try? access.lines()
        _ = try? audit?.lines()
    }

    /// Looks for up to two seconds: nginx may write its log late.
    ///
    /// - Parameter blocks: whether the firewall refuses what it finds, and so notes it.
    package mutating func items(edge: String, mark: String, blocks: Bool) async -> [SecurityCheck.Item] {
        var sawAccess = false
        var sawAudit = audit == nil || !blocks
        var failures: [String] = []
        for attempt in 0..<20 {
            if attempt > 0 { try? await Task.sleep(for: .milliseconds(100)) }
            failures = []
            do throws(WireError) {
                for line in try access.lines() where !sawAccess {
                    sawAccess = (try? JSONLine.fields(line)).flatMap(EdgeRequest.init)?.isCanary == true
                }
            } catch { failures.append(error.reason) }
            do throws(WireError) {
                for line in try audit?.lines() ?? [] where !sawAudit {
                    let hit = (try? JSONLine.fields(line)).flatMap(FirewallHit.init)
                    sawAudit = hit?.uri.contains(mark) == true
                }
            } catch { failures.append(error.reason) }
            if sawAccess, sawAudit { break }
        }
        let name = "\(edge) logs"
        if sawAccess, sawAudit { return [.init(name, .ok, "the trials stand in them")] }
        if let failure = failures.first { return [.init(name, .unknown, "cannot be read: \(failure)")] }
        let silent = [sawAccess ? nil : logs.access, sawAudit ? nil : logs.audit].compactMap { $0 }
        return [
            .init(
                name, .critical,
                "nothing of the trials stands in \(silent.joined(separator: ", ")): is it still written to?")
        ]
    }
}
