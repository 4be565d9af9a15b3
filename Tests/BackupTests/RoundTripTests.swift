import Actions
import Foundation
import Journal
import Launch
import Rehearsal
import Testing
import Wire

@Suite("a backup and its proof, on a real PostgreSQL", .serialized)
struct RoundTripTests {
    @Test("what is backed up restores, every table the same, and nothing is left behind", .timeLimit(.minutes(1)))
    func roundTrip() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan()
            let manifest = try await lab.backup(plan)
            #expect(manifest.tables.count == 6 && manifest.rows == 3000 + 203 + 100 + 2)
            #expect(manifest.tables.contains { $0.name == "odd \"name\" ñandú" && $0.rows == 203 })
            #expect(manifest.tables.contains { $0.title == "large objects" && $0.rows == 1 })
            #expect(manifest.tables.contains { $0.title == "public.users_id_seq" })
            #expect(manifest.objects["INDEX"] == 1 && manifest.roles.contains("app"))
            #expect(files(in: plan.folder).count == 3)
            // The file is no dump to whoever has no key.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(plan.folder)/\(manifest.data.name)"))
            #expect(bytes.starts(with: "age-encryption.org".utf8))

            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
            #expect(!files(in: lab.folder).contains { $0.hasPrefix("guardia-scratch-") })
            #expect(lab.journal.open.isEmpty)
            var log = BackupLog()
            for event in lab.journal.backups { log.take(event, at: lab.world(plan).clock.now()) }
            #expect(log.lastGood?.provedAt != nil && log.lastProof?.ended?.tables == 6)
            #expect(log.lastProof?.ended?.measured != nil && log.lastProof?.ended?.rpo != nil)
        }
    }

    @Test("the database of a launch that is audited restores: its extension needs its library", .timeLimit(.minutes(1)))
    func audited() async throws {
        let schema = BackupLab.schema + "CREATE EXTENSION pgaudit;\n"
        try await BackupLab.with(schema: schema, settings: ["shared_preload_libraries": "'pgaudit'"]) { lab in
            let plan = lab.plan()
            _ = try await lab.backup(plan)
            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
        }
    }

    @Test("the fingerprint of the documented script is the manifest's", .timeLimit(.minutes(1)))
    func byHand() async throws {
        try await BackupLab.with { lab in
            let manifest = try await lab.backup(lab.plan())
            let script = """
                import sys, hashlib
                rows = total = 0
                for line in sys.stdin.buffer:
                    rows += 1
                    total += int.from_bytes(hashlib.sha256(line.rstrip(b"\\n")).digest(), "big")
                print(rows, "%064x" % (total % 2**256))
                """
            for table in manifest.tables where !table.copy.isEmpty && table.title != "large objects" {
                let copy = "COPY \(table.copy) TO STDOUT"
                let words = (lab.psql("shop") + ["-c", copy]).map(ShellWords.quoted).joined(separator: " ")
                let text = try Shell.run(["sh", "-c", "\(words) | python3 -c \(ShellWords.quoted(script))"])
                #expect(text == "\(table.rows) \(table.fingerprint)\n", "\(table.title)")
            }
        }
    }

    @Test("a table that changes during the backup is in it as it was at one instant", .timeLimit(.minutes(1)))
    func changing() async throws {
        try await BackupLab.with { lab in
            // Slow enough that rows come in between.
            let plan = lab.plan { $0.limits.rate = 200_000 }
            let writer = Task {
                var count = 0
                while !Task.isCancelled {
                    try lab.sql(
                        "INSERT INTO users(email) SELECT 'late' FROM generate_series(1, 50); DELETE FROM parted WHERE id = \(count)"
                    )
                    count += 1
                }
                return count
            }
            let manifest = try await lab.backup(plan)
            writer.cancel()
            #expect(try await writer.value > 1)
            // The database counted the rows of each table in the same snapshot: they were compared.
            let now = try #require(
                Int64(try lab.sql("SELECT count(*) FROM users").trimmingCharacters(in: .whitespacesAndNewlines)))
            let then = try #require(manifest.tables.first { $0.name == "users" }?.rows)
            #expect(then < now)
            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
        }
    }

    @Test("gpg will do as well as age", .timeLimit(.minutes(1)))
    func gpg() async throws {
        try await BackupLab.with { lab in
            let home = "\(lab.folder)/gnupg"
            mkdir(home, 0o700)
            try Shell.run([
                "gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--quick-gen-key",
                "backup@barberpro.ar", "rsa2048", "encr", "never",
            ])
            let listing = try Shell.run(["gpg", "--homedir", home, "--batch", "--with-colons", "--list-keys"])
            let line = try #require(listing.split(separator: "\n").first { $0.hasPrefix("fpr:") })
            let fingerprint = String(try #require(line.split(separator: ":").last))
            let plan = lab.plan {
                $0.encryption = .gpg(recipient: fingerprint, home: home)
                $0.identity = home
            }
            let manifest = try await lab.backup(plan)
            #expect(manifest.data.name.hasSuffix(".gpg"))
            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
            // No agent is left behind.
            let agents = (try? Shell.run(["pgrep", "-f", home])) ?? ""
            #expect(agents.isEmpty)
        }
    }

    @Test("a physical backup restores, its files as in its own manifest", .timeLimit(.minutes(1)))
    func physical() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan {
                $0.method = .physical
                $0.drill.smoke[0].query = "SELECT count(*) FROM users"
            }
            let manifest = try await lab.backup(plan)
            #expect(manifest.method == .physical && manifest.tables.isEmpty)
            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
            #expect(!files(in: lab.folder).contains { $0.hasPrefix("guardia-scratch-") })
        }
    }

    @Test("on a named server a database is made and dropped; production is refused", .timeLimit(.minutes(1)))
    func named() async throws {
        try await BackupLab.with { lab in
            try await BackupLab.with(schema: "SELECT 1", cluster: .made) { other in
                let plan = lab.plan { $0.drill.server = other.target("postgres") }
                _ = try await lab.backup(plan)
                // What a drill left there that died, and what is none of ours.
                try other.sql("CREATE DATABASE guardia_scratch_dead", in: "postgres")
                try other.sql("CREATE DATABASE precious", in: "postgres")
                let result = await lab.drill(plan)
                #expect(result.outcome == .done, "\(result.summary)")
                #expect(lab.journal.details["scratch"]?.contains("guardia_scratch_dead") == true)
                let databases = try other.sql(
                    "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1", in: "postgres")
                #expect(databases == "postgres\nprecious\n")

                let onProduction = lab.plan { $0.drill.server = lab.target("postgres") }
                let refusal = await lab.drill(onProduction)
                #expect(refusal.outcome == .refused && refusal.summary.contains("never writes to production"))
                #expect(
                    try lab.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guardia%'", in: "postgres")
                        == "0\n")
            }
        }
    }

    @Test("a drill that asks nothing of the application passes with a warning that is seen", .timeLimit(.minutes(1)))
    func unasked() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.drill.smoke = [] }
            _ = try await lab.backup(plan)
            let result = await lab.drill(plan)
            #expect(
                result.outcome == .done && result.summary.contains("WARNING: no smoke query is configured"),
                "\(result.summary)")
            guard case .drillEnded(let end)? = lab.journal.backups.last else { return #expect(Bool(false)) }
            #expect(end.hasPassed && end.verdict == .warning && end.measured != nil && end.summary == result.summary)
            let standing = BackupStanding(lab.log, BackupFacts(plan), in: .utc, at: SystemClock().now())
            #expect(standing.verdict == .warning)
            #expect(standing.reasons.first?.contains("no smoke query is configured") == true, "\(standing.reasons)")
        }
    }

    @Test("a wrong answer of the application's own question fails the drill", .timeLimit(.minutes(1)))
    func smoke() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.drill.smoke[0].expectation = .atLeast(1_000_000) }
            _ = try await lab.backup(plan)
            let result = await lab.drill(plan)
            #expect(result.outcome == .wentBack && result.summary.contains("smoke query 'users'"))
            #expect(!files(in: lab.folder).contains { $0.hasPrefix("guardia-scratch-") })
        }
    }
}
