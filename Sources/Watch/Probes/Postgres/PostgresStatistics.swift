package import Launch

/// The one statistics query of a look, prepared once a connection, and what its row says.
package struct PostgresStatistics: Sendable {
    /// One row; for PostgreSQL 12 and later.
    ///
    /// - Blocked sessions are those that wait for a heavyweight lock. pg_blocking_pids() would name the blockers, but takes
    ///   the lock manager's partitions exclusively for each session that is asked about.
    /// - A replica that has replayed all that it received lags by nothing, however long ago the last commit was, as long as it
    ///   does receive. Freshly connected, it counts as received only from the beginning of a WAL segment, which may be less
    ///   than it has replayed.
    /// - A primary takes the silence of a replica that is behind for lag as well: its last report does not grow by itself.
    static let query = """
        SELECT activity.*, setting.*, base.deadlocks, base.blks_hit, base.blks_read, replication.*,
            pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all
        FROM (
            SELECT count(*) FILTER (WHERE backend_type = 'client backend' OR backend_type IS NULL AND datid IS NOT NULL)
                    AS connections,
                count(*) FILTER (WHERE wait_event_type = 'Lock' AND backend_type = 'client backend') AS blocked,
                coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)
                    FILTER (WHERE pid <> pg_backend_pid() AND backend_type = 'client backend')), 0) AS longest_transaction
            FROM pg_stat_activity
        ) AS activity, (
            SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0) AS capacity
        ) AS setting, (
            SELECT deadlocks, blks_hit, blks_read FROM pg_stat_database WHERE datname = current_database()
        ) AS base, (
            SELECT pg_is_in_recovery() AS is_replica,
                (SELECT count(*) FROM pg_stat_replication) AS replicas,
                extract(epoch FROM CASE WHEN NOT pg_is_in_recovery() THEN (
                        SELECT max(greatest(coalesce(replay_lag, interval '0'),
                            CASE WHEN replay_lsn IS NULL OR replay_lsn < pg_current_wal_lsn()
                                THEN clock_timestamp() - reply_time END))
                        FROM pg_stat_replication)
                    WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
                        AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN interval '0'
                    ELSE clock_timestamp() - pg_last_xact_replay_timestamp() END) AS lag
        ) AS replication
        """

    private var hits = CounterShare()
    private var deadlocks = Counter()
    private var recentDeadlocks = GrowthWindow(length: .minutes(1))

    package init() {}

    /// The findings of a row.
    ///
    /// - Parameters:
    ///   - user: who asks, for the sentence that says what it may not see.
    ///   - field: the row's value by column; nil is NULL.
    package mutating func findings(user: String, at uptime: Milliseconds, _ field: (String) -> String?) -> [Finding] {
        func number(_ column: String) -> Double? { field(column).flatMap(Double.init) }
        let seesAll = field("sees_all") == "t"
        let hidden = Measurement.missed("\(user) may not see other sessions: GRANT pg_read_all_stats TO it")
        func open(_ measure: String, _ column: String) -> Finding {
            guard seesAll else { return Finding(measure, hidden) }
            return Finding(measure, number(column).map(Measurement.number) ?? .missed("no \(column)"))
        }
        var findings = [open("blocked", "blocked"), open("longest_transaction", "longest_transaction")]
        if let connections = number("connections"), let capacity = number("capacity"), capacity > 0 {
            findings.append(Finding("connections", connections))
            findings.append(Finding("connections_used", connections / capacity * 100))
        }
        findings.append(Finding("replication_lag", lag(field, number, hidden: seesAll ? nil : hidden)))
        if let count = number("deadlocks") {
            recentDeadlocks.add(deadlocks.growth(to: count, at: uptime)?.by ?? 0, to: 0)
            if let grown = recentDeadlocks.close(at: uptime) {
                findings.append(Finding("deadlocks", grown.growth[0] / grown.seconds * 60))
            }
        }
        if let hit = number("blks_hit"), let read = number("blks_read"),
            let share = hits.percent(
                hits: hit, misses: read, at: uptime, nothing: "no block was read since the last look")
        {
            findings.append(Finding("cache_hit", share))
        }
        return findings
    }

    private func lag(
        _ field: (String) -> String?, _ number: (String) -> Double?, hidden: Measurement?
    ) -> Measurement {
        let isReplica = field("is_replica") == "t"
        if !isReplica, number("replicas") ?? 0 == 0 { return .missed("no replica") }
        if let hidden { return hidden }
        // A clock that runs behind the primary's would make it negative.
        if let lag = number("lag") { return .number(max(lag, 0)) }
        return .missed(isReplica ? "no transaction was replayed yet" : "no replica has reported yet")
    }
}
