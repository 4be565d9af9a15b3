package import Launch

/// What one INFO says, and what changed since the one before.
package struct RedisFigures: Sendable {
    private var evictions = Counter()
    private var keyspace = CounterShare()

    package init() {}

    /// The findings of one look. What a server does not report (an old version, a fork) is a miss that names the field.
    package mutating func findings(of info: RedisInfo, at uptime: Milliseconds) -> [Finding] {
        var findings = [
            Self.field("memory", "used_memory", of: info),
            Finding("memory_used", Self.memoryUsed(info)),
            Self.field("clients", "connected_clients", of: info),
            Self.field("blocked_clients", "blocked_clients", of: info),
            Finding("replication", Self.replication(info)),
            Finding("save_age", Self.saveAge(info)),
            Finding("persistence", Self.persistence(info)),
        ]
        if let evicted = info.number("evicted_keys") {
            if let rate = evictions.rate(to: evicted, at: uptime) { findings.append(Finding("evictions", rate)) }
        } else {
            findings.append(Finding("evictions", .missed("INFO has no evicted_keys")))
        }
        if let hits = info.number("keyspace_hits"), let misses = info.number("keyspace_misses") {
            let share = keyspace.percent(
                hits: hits, misses: misses, at: uptime, nothing: "no key was looked up since the last look")
            if let share { findings.append(Finding("hit_rate", share)) }
        } else {
            findings.append(Finding("hit_rate", .missed("INFO has no keyspace_hits")))
        }
        return findings
    }

    private static func field(_ measure: String, _ name: String, of info: RedisInfo) -> Finding {
        Finding(measure, info.number(name).map(Measurement.number) ?? .missed("INFO has no \(name)"))
    }

    /// Without maxmemory nothing says when Redis is full, so there is no share of it.
    private static func memoryUsed(_ info: RedisInfo) -> Measurement {
        guard let used = info.number("used_memory") else { return .missed("INFO has no used_memory") }
        guard let maximum = info.number("maxmemory"), maximum > 0 else { return .missed("maxmemory is not set") }
        return .number(used / maximum * 100)
    }

    /// A replica's link to its master; a master's links to its replicas.
    private static func replication(_ info: RedisInfo) -> Measurement {
        let verdict: Verdict
        if info["role"] == "slave" {
            let isUp = info["master_link_status"] == "up"
            verdict = !isUp ? .critical : info["master_sync_in_progress"] == "1" ? .warning : .ok
        } else {
            let replicas = Int(info.number("connected_slaves") ?? 0)
            guard replicas > 0 else { return .missed("no replica") }
            let isWhole = (0..<replicas).allSatisfy { index in
                info["slave\(index)"]?.contains("state=online") == true
            }
            verdict = isWhole ? .ok : .warning
        }
        return .number(Double(verdict.nagiosCode))
    }

    /// Redis knows its last save only in wall-clock seconds, so its own clock says how long ago that was: ours may differ.
    private static func saveAge(_ info: RedisInfo) -> Measurement {
        guard let saved = info.number("rdb_last_save_time") else { return .missed("INFO has no rdb_last_save_time") }
        guard let now = info.number("server_time_usec") else { return .missed("INFO has no server_time_usec") }
        return .number(max(now / 1e6 - saved, 0))
    }

    private static func persistence(_ info: RedisInfo) -> Measurement {
        guard let save = info["rdb_last_bgsave_status"] else { return .missed("INFO has no rdb_last_bgsave_status") }
        var isWritten = save == "ok"
        if info["aof_enabled"] == "1" {
            isWritten = isWritten && info["aof_last_write_status"] == "ok"
            isWritten = isWritten && info["aof_last_bgrewrite_status"] ?? "ok" == "ok"
        }
        return .number(Double((isWritten ? Verdict.ok : .critical).nagiosCode))
    }
}
