/// Whether a PostgreSQL will come up again soon after a crash, and stay up: judged by its settings.
package struct StartupRules: Hashable, Sendable {
    /// One setting, judged.
    package struct Finding: Hashable, Sendable {
        package var setting: String
        package var value: String
        package var verdict: Verdict
        /// What it means, and what to do.
        package var words: String
    }

    /// What the rules go by.
    package struct Facts: Hashable, Sendable {
        /// `pg_settings` by name: numbers in the base unit of ``unit``.
        package var settings: [String: String]
        /// Settings that are in a file and wait for a restart.
        package var pending: [String]
        /// Lines of the configuration files that the server cannot read: it would not start with them.
        package var errors: [String]
        /// Memory of the server's machine in bytes; nil: not known.
        package var memory: Int64?
        /// Bytes of write-ahead log since the last checkpoint: what a crash now would have to go through.
        package var walSinceCheckpoint: Int64?
        /// Checkpoints that the log's size forced, and all of them.
        package var forcedCheckpoints: Int64?
        package var checkpoints: Int64?
        /// How long it replayed its log when it last started, 0 where it had been stopped in order; nil: not known.
        package var recovery: Milliseconds?
        /// Replication slots that hold back the log, with the bytes that they hold.
        package var slots: [String: Int64]

        package init(
            settings: [String: String], pending: [String] = [], errors: [String] = [], memory: Int64? = nil,
            walSinceCheckpoint: Int64? = nil, forcedCheckpoints: Int64? = nil, checkpoints: Int64? = nil,
            recovery: Milliseconds? = nil, slots: [String: Int64] = [:]
        ) {
            self.settings = settings
            self.pending = pending
            self.errors = errors
            self.memory = memory
            self.walSinceCheckpoint = walSinceCheckpoint
            self.forcedCheckpoints = forcedCheckpoints
            self.checkpoints = checkpoints
            self.recovery = recovery
            self.slots = slots
        }
    }

    package let findings: [Finding]
    /// How long the last start replayed the log; nil: not known, and no finding.
    package let lastStart: Milliseconds?
    package var verdict: Verdict { Verdict.worst(findings.map(\.verdict)) }

    private static let mebi: Int64 = 1 << 20

    package init(_ facts: Facts) {
        var findings: [Finding] = []
        func text(_ name: String) -> String { facts.settings[name] ?? "?" }
        func number(_ name: String) -> Int64? { facts.settings[name].flatMap { Int64($0) } }
        func say(_ name: String, _ value: String, _ verdict: Verdict, _ words: String) {
            findings.append(Finding(setting: name, value: value, verdict: verdict, words: words))
        }
        func mustBeOn(_ name: String, _ why: String) {
            let value = text(name)
            say(name, value, value == "on" ? .ok : value == "?" ? .unknown : .critical, value == "on" ? "on" : why)
        }
        mustBeOn("fsync", "a crash of the machine can leave a database that does not start: turn it on")
        mustBeOn("full_page_writes", "a crash can leave torn pages that recovery cannot mend: turn it on")
        if text("synchronous_commit") == "off" {
            say("synchronous_commit", "off", .warning, "a crash loses what was answered as committed")
        }
        if text("data_checksums") != "?" {
            let isOn = text("data_checksums") == "on"
            say(
                "data_checksums", text("data_checksums"), isOn ? .ok : .warning,
                isOn ? "on" : "a page that the disk spoiled is not noticed: pg_checksums --enable while it is stopped")
        }
        if let size = number("max_wal_size"), let timeout = number("checkpoint_timeout") {
            // In MB and seconds. A restart replays about 100 MB/s; 8 GB is more than a minute.
            let words = "a crash replays up to \(size) MB of log"
            let verdict: Verdict = size < 1024 ? .warning : size > 16_384 ? .warning : .ok
            say(
                "max_wal_size", "\(size) MB", verdict,
                size < 1024
                    ? "checkpoints come too often under a launch's load: 2 to 8 GB"
                    : size > 16_384 ? "\(words): minutes until it serves again" : words)
            say(
                "checkpoint_timeout", "\(timeout) s", timeout > 1800 ? .warning : .ok,
                timeout > 1800 ? "a crash replays half an hour of changes: 5 to 15 min" : "as usual")
        }
        if let target = facts.settings["checkpoint_completion_target"].flatMap({ Double($0) }) {
            say(
                "checkpoint_completion_target", text("checkpoint_completion_target"), target < 0.7 ? .warning : .ok,
                target < 0.7 ? "checkpoints write in bursts: 0.9" : "writes are spread")
        }
        if let buffers = number("shared_buffers"), let memory = facts.memory {
            let bytes = buffers * 8192
            let share = Double(bytes) / Double(memory)
            say(
                "shared_buffers", "\(bytes / Self.mebi) MB", share > 0.6 ? .critical : share > 0.4 ? .warning : .ok,
                share > 0.4 ? "\(Int(share * 100)) % of the machine's memory: it may not start beside others" : "fits")
            if let connections = number("max_connections"), let work = number("work_mem") {
                let worst = bytes + connections * work * 1024
                say(
                    "max_connections", "\(connections)", Double(worst) > Double(memory) ? .warning : .ok,
                    Double(worst) > Double(memory)
                        ? "all of them sorting at once would need \(worst / Self.mebi) MB: the kernel ends the server; use a pooler"
                        : "fits")
            }
        }
        if text("huge_pages") == "on" {
            say("huge_pages", "on", .warning, "it does not start where too few are reserved: 'try'")
        }
        if text("restart_after_crash") == "off" {
            say("restart_after_crash", "off", .warning, "one crashed session leaves it down until somebody starts it")
        }
        if let forced = facts.forcedCheckpoints, let all = facts.checkpoints, all >= 10 {
            let share = Double(forced) / Double(all)
            say(
                "checkpoints", "\(forced) of \(all) forced", share > 0.3 ? .warning : .ok,
                share > 0.3 ? "the log fills before its time: raise max_wal_size" : "mostly by time")
        }
        if let wal = facts.walSinceCheckpoint {
            say(
                "recovery", "\(wal / Self.mebi) MB", wal > 8 << 30 ? .warning : .ok,
                "of log would be replayed if it crashed now")
        }
        if let recovery = facts.recovery {
            say(
                "last start", String(recovery.count / 1000) + "." + String(recovery.count / 100 % 10) + " s",
                recovery > .minutes(1) ? .warning : .ok,
                recovery > .minutes(1)
                    ? "it replayed its log for so long: smaller max_wal_size, or faster disks" : "of replaying its log")
        }
        for (slot, bytes) in facts.slots.sorted(by: { $0.key < $1.key }) where bytes > 1 << 30 {
            say(
                "slot \(slot)", "\(bytes / Self.mebi) MB", bytes > 16 << 30 ? .critical : .warning,
                "it holds back the log until the disk is full, and then nothing starts: set max_slot_wal_keep_size")
        }
        for setting in facts.pending { say(setting, "pending", .warning, "the next start brings another value") }
        for error in facts.errors { say("file", error, .critical, "it would not start with this line") }
        self.findings = findings
        lastStart = facts.recovery
    }
}
