import Launch
import Settings
import Testing

@Suite("backup: and drills:")
struct BackupSectionTests {
    private static let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    private static let sample = Sample.replacing(
        "derived:\n", by: "  - {name: redis, type: redis, host: redis.example.com}\nderived:\n")
    private static let section = """
        backup:
          database: db
          folder: /var/backups/guardia
          encrypt: {age: \(recipient)}
          schedule: {at: ["03:30", "15:30"], days: Mon-Fri, retry: 10m}
          retention: {daily: 14, automatic: true}
          targets: {rpo: 13h, rto: 20m}
          limits: {rate: 50MB/s, keep_free: 2GiB}
          s3: {endpoint: "https://s3.example.com/", region: sa-east-1, bucket: backups, prefix: db/, key: env:S3_KEY, secret: env:S3_SECRET}
          drill: {schedule: {at: "05:00", days: Sun}, smoke: [{name: users, query: SELECT 1, expect: "1"}]}
        drills:
          allowed: [redis]
          health: https://api.example.com/healthz
          redis: {restart: {run: [systemctl, restart, redis]}, silences: [api]}
          connections: {database: db, user: drill, of: app}

        """

    private func mistakes(_ text: String, _ other: String) -> [String] {
        precondition(Self.section.contains(text), "the section has no \(text)")
        return errors(in: Self.sample + Self.section.replacing(text, with: other))
    }

    @Test("a launch without one takes no backups and has no series of them")
    func none() throws {
        let configuration = try load(Sample.yaml).configuration
        #expect(configuration.backup == nil && configuration.drills == DrillsPlan())
        #expect(!configuration.series.contains { $0.id.name.hasPrefix("backup.") })
    }

    @Test("what stands there is what is meant; the database is that of the probe")
    func whole() throws {
        let configuration = try load(Self.sample + Self.section).configuration
        let plan = try #require(configuration.backup)
        #expect(
            plan.source.database == "barberpro" && plan.source.host == "/run/postgresql"
                && plan.source.user == "guardia")
        #expect(plan.encryption == .age(recipient: Self.recipient) && plan.method == .logical)
        #expect(plan.schedule == WeeklySchedule(weekdays: 1...5, minutes: [210, 930], retry: .minutes(10)))
        #expect(
            plan.retention == RetentionPolicy(daily: 14, isAutomatic: true) && plan.limits.rate == 50_000_000
                && plan.limits.keepFree == 2 << 30)
        #expect(plan.bucket?.endpoint == "https://s3.example.com" && plan.bucket?.secret == .environment("S3_SECRET"))
        #expect(plan.drill.schedule?.firstDay == 7 && plan.drill.smoke.first?.expectation == .text("1"))
        #expect(configuration.drills.allowed == [.redis] && configuration.drills.connections?.server.user == "drill")
        #expect(configuration.drills.connections?.silences == ["db"])
        #expect(configuration.drills.redis?.server.host == "redis.example.com", "the only one")
        let age = try #require(configuration.series.first { $0.id == "backup.age" })
        #expect(age.thresholds?.critical == .above(13 * 3600))
        #expect(configuration.manifest(zone: .utc).backup?.targets.rto == .minutes(20))
    }

    @Test("mistakes are told where they are")
    func wrong() {
        #expect(
            mistakes("database: db\n  folder", "database: dc\n  folder").first?.contains(
                "no probe of type postgres is named 'dc'") == true)
        #expect(mistakes(Self.recipient, "AGE-SECRET-KEY-1ABC").first?.contains("private key") == true)
        #expect(mistakes("{age: \(Self.recipient)}", "{}").first?.contains("needs 'age' or 'gpg'") == true)
        #expect(!mistakes("\"03:30\", ", "\"25:00\", ").isEmpty)
        #expect(mistakes("days: Mon-Fri", "days: Fri-Mon").first?.contains("ends before it begins") == true)
        #expect(!mistakes("bucket: backups", "bucket: B!").isEmpty)
        #expect(!mistakes("secret: env:S3_SECRET", "secret: hunter2").isEmpty)
        #expect(mistakes("expect: \"1\"", "expect: \"1\", at_least: 1").first?.contains("not both") == true)
        #expect(mistakes("silences: [api]", "silences: [apo]").first?.contains("would not be silenced") == true)
        #expect(!mistakes("allowed: [redis]", "allowed: [restore]").isEmpty)
        #expect(
            mistakes("redis: {restart", "redis: {server: rediss, restart").first?.contains(
                "no probe of type redis is named 'rediss'") == true)
        #expect(
            mistakes("  redis: {", "  edge: {stop: {run: [a]}, start: {run: [b]}}\n  redis: {").first?.contains(
                "'host' is missing") == true)
        #expect(mistakes("  encrypt: {age: \(Self.recipient)}\n", "").first?.contains("'encrypt' is missing") == true)
    }

    @Test("a restart of Redis that no probe could prove is a mistake")
    func unproved() {
        let section = """
            drills:
              health: https://api.example.com/healthz
              redis: {restart: {run: [systemctl, restart, redis]}}

            """
        #expect(errors(in: Sample.yaml + section).first?.contains("the drill needs a 'server'") == true)
        #expect(errors(in: Self.sample + section) == [])
    }

    @Test("not encrypted must be written out, and is a warning")
    func unencrypted() throws {
        let file = try load(Self.sample + Self.section.replacing("{age: \(Self.recipient)}", with: "none"))
        #expect(file.configuration.backup?.encryption == BackupEncryption.none)
        #expect(file.warnings.contains { "\($0)".contains("not encrypted") })
    }
}
