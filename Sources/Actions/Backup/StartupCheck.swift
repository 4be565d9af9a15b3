package import Launch
package import Wire

/// Asks a server for what decides how soon it serves again after a crash.
package enum StartupCheck {
    private static let settings = [
        "fsync", "full_page_writes", "synchronous_commit", "data_checksums", "max_wal_size", "checkpoint_timeout",
        "checkpoint_completion_target", "shared_buffers", "max_connections", "work_mem", "huge_pages",
        "restart_after_crash",
    ]

    /// - Parameter memory: bytes of the server's machine, where it is this one.
    package static func facts(_ client: PostgresClient, memory: Int64?) async throws(WireError) -> StartupRules.Facts {
        let deadline = Duration.seconds(10)
        let names = settings.map { "'\($0)'" }.joined(separator: ",")
        let rows = try await client.query(
            "SELECT name, setting, pending_restart FROM pg_settings WHERE name IN (\(names)) OR pending_restart",
            deadline: deadline)
        var facts = StartupRules.Facts(settings: [:], memory: memory)
        for row in 0..<rows.count {
            guard let name = rows[row, 0] else { continue }
            facts.settings[name] = rows[row, 1]
            if rows[row, 2] == "t" { facts.pending.append(name) }
        }
        // Only a superuser or pg_read_all_settings may look into the files.
        if let errors = try? await client.query(
            "SELECT sourcefile || ':' || sourceline || ' ' || coalesce(error, '') FROM pg_file_settings WHERE error IS NOT NULL",
            deadline: deadline)
        {
            facts.errors = (0..<errors.count).compactMap { errors[$0, 0] }
        }
        facts.walSinceCheckpoint = try await client.query(
            """
            SELECT CASE WHEN pg_is_in_recovery() THEN NULL
            ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), (SELECT redo_lsn FROM pg_control_checkpoint()))::bigint END
            """, deadline: deadline
        ).scalar.flatMap { Int64($0) }
        // PostgreSQL 17 moved these to a view of their own.
        for view in ["pg_stat_bgwriter", "pg_stat_checkpointer"] {
            let columns =
                view == "pg_stat_bgwriter" ? ("checkpoints_req", "checkpoints_timed") : ("num_requested", "num_timed")
            if let row = try? await client.query(
                "SELECT \(columns.0), \(columns.0) + \(columns.1) FROM \(view)", deadline: deadline)
            {
                facts.forcedCheckpoints = row[0, 0].flatMap { Int64($0) }
                facts.checkpoints = row[0, 1].flatMap { Int64($0) }
                break
            }
        }
        facts.recovery = try? await recovery(client, deadline)
        let slots = try await client.query(
            """
            SELECT slot_name, CASE WHEN pg_is_in_recovery() THEN 0
            ELSE coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint END FROM pg_replication_slots
            """, deadline: deadline)
        for row in 0..<slots.count {
            if let name = slots[row, 0], let bytes = slots[row, 1].flatMap({ Int64($0) }) { facts.slots[name] = bytes }
        }
        return facts
    }

    /// How long the last start replayed the log, by the server's own log file: no view tells it.
    ///
    /// - Throws: where the log is in no file, or may not be read.
    private static func recovery(_ client: PostgresClient, _ deadline: Duration) async throws -> Milliseconds {
        struct Unknown: Error {}
        // The file that was written when it started, as far as a query may carry. "starting PostgreSQL … compiled by …" and the
        // figures of redo stand there in every language; what comes after the last start counts.
        let text = try await client.query(
            """
            SELECT regexp_replace(
                encode(pg_read_binary_file(current_setting('log_directory') || '/' || name), 'escape'),
                '^.* compiled by ', '')
            FROM pg_ls_logdir() WHERE modification >= date_trunc('second', pg_postmaster_start_time()) AND size < 67108864
            ORDER BY modification LIMIT 1
            """, deadline: deadline
        ).scalar
        guard let text else { throw Unknown() }
        return recovery(inLog: text)
    }

    /// - Parameter text: what the log says since the server started.
    package static func recovery(inLog text: String) -> Milliseconds {
        // redo done at 0/16B3740 system usage: CPU: user: 0.00 s, system: 0.00 s, elapsed: 0.03 s
        let pattern = /redo [^\n]*[0-9A-F]+\/[0-9A-F]+ [^\n]*CPU:[^\n]* ([0-9]+)[.,]([0-9]{2}) s/
        guard let match = text.matches(of: pattern).last, let seconds = Int64(match.output.1),
            let hundredths = Int64(match.output.2)
        else { return 0 }
        return Milliseconds(seconds * 1000 + hundredths * 10)
    }
}
