import Foundation
import Launch
import Settings
import Testing

@Suite("flags:")
struct FlagsTests {
    private static let probe = """
          - name: redis
            type: redis
            socket: /run/redis/s
        derived:
        """

    /// The sample with a Redis, and a section `flags`.
    private static let section = """
        flags:
          redis: redis
          algorithm: unleash
          list:
            - {name: checkout-v2, title: New checkout, note: watch payments, guards: [api.p95]}
            - {name: refunds}

        """

    private func yaml(_ section: String) -> String {
        Sample.replacing("derived:", by: Self.probe.trimmingCharacters(in: .newlines)) + section
    }

    private func flags(_ section: String = FlagsTests.section) throws -> FlagsPlan? {
        try load(yaml(section)).configuration.flags
    }

    /// What is wrong once a text in the section was replaced by another.
    private func mistakes(_ text: String, _ other: String) -> [String] {
        precondition(Self.section.contains(text), "the section has no \(text)")
        return errors(in: yaml(Self.section.replacing(text, with: other))).map { error in
            error.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error
        }
    }

    @Test("a launch without them has none, and no series of theirs")
    func none() throws {
        let configuration = try load(Sample.yaml).configuration
        #expect(configuration.flags == nil && !configuration.series.contains { $0.id.name.hasPrefix("flags.") })
        #expect(configuration.manifest(zone: .utc).flags == nil)
    }

    @Test("what is left out is as documented")
    func defaults() throws {
        let plan = try #require(try flags())
        #expect(plan.target.redis == RedisTarget(socket: "/run/redis/s"))
        #expect(plan.target.prefix == "flag:" && plan.stream == "flags:audit" && plan.channel == "flags:changed")
        #expect(plan.target.algorithm == .unleash && plan.interval == .seconds(2))
        #expect(plan.steps.map(\.description) == ["1", "5", "25", "100"] && plan.every == .minutes(10))
        #expect(plan.users == nil)
        #expect(
            plan.flags == [
                KnownFlag(name: "checkout-v2", title: "New checkout", note: "watch payments", guards: ["api.p95"]),
                KnownFlag(name: "refunds"),
            ])
    }

    @Test("every flag has a share and a state, and readers are told of it without an address")
    func series() throws {
        let configuration = try load(yaml(Self.section)).configuration
        let own = configuration.series.filter { $0.id.name.hasPrefix("flags.") }
        #expect(
            own.map(\.id.name) == [
                "flags.up", "flags.share.checkout-v2", "flags.state.checkout-v2", "flags.share.refunds",
                "flags.state.refunds", "flags.faulty",
            ])
        #expect(own[1].title == "New checkout share" && own[1].unit == .percent && own[2].unit == .text)
        #expect(configuration.probes.last?.target == .flags(try #require(configuration.flags).target))
        let facts = try #require(configuration.manifest(zone: .utc).flags)
        #expect(facts.flags.map(\.name) == ["checkout-v2", "refunds"] && facts.algorithm == .unleash)
        let json = String(decoding: try JSONEncoder().encode(configuration.manifest(zone: .utc)), as: UTF8.self)
        #expect(!json.contains("/run/redis"))
    }

    @Test("everything can be said")
    func whole() throws {
        let plan = try #require(
            try flags(
                """
                flags:
                  redis: {host: flags.internal, port: 6380, username: guardia, database: 3}
                  prefix: "shop:flag:"
                  stream: shop:audit
                  channel: shop:changed
                  algorithm: flagd
                  every: 5s
                  users: db.connections
                  ramp: {steps: [0.5, 10, 100], every: 30s}
                  list: [{name: checkout-v2}]

                """))
        #expect(
            plan.target.redis
                == RedisTarget(host: "flags.internal", port: 6380, username: "guardia", database: 3))
        #expect(plan.target.key(of: "checkout-v2") == "shop:flag:checkout-v2" && plan.users == "db.connections")
        #expect(plan.steps.map(\.description) == ["0.5", "10", "100"] && plan.every == .seconds(30))
        #expect(plan.interval == .seconds(5) && plan.stream == "shop:audit" && plan.channel == "shop:changed")
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("unleash", "dice", "'dice' is no algorithm"), ("unleash", "flagdd", "did you mean 'flagd'"),
            ("redis: redis", "redis: rediss", "no probe of type redis is named 'rediss'"),
            ("redis: redis", "redis: db", "no probe of type redis is named 'db'"),
            ("redis: redis", "redis: {port: 1}", "'host' or 'socket' is missing in 'redis'"),
            ("name: refunds", "name: checkout-v2", "a second flag named 'checkout-v2'"),
            ("name: refunds", "name: \"re funds\"", "'re funds': a name has only letters, digits and . _ -"),
            ("name: refunds", "name: \"re\\eunds\"", "a name has only letters, digits and . _ -"),
            ("[api.p95]", "[api.p59]", "nothing produces the series 'api.p59'"),
            ("[api.p95]", "[api.size]", "'api.size' has no thresholds"),
            ("algorithm: unleash", "algorithm: unleash\n  stream: \"flag:log\"", "begins as the key of a flag does"),
            ("algorithm: unleash", "algorithm: unleash\n  ramp: {steps: [5, 1]}", "the shares of a ramp grow"),
            ("algorithm: unleash", "algorithm: unleash\n  ramp: {steps: [101]}", "'101' is no share"),
            ("algorithm: unleash", "algorithm: unleash\n  ramp: {steps: [0.5, 1]}", "unleash knows whole per cents"),
            ("algorithm: unleash", "algorithm: unleash\n  prefix: \"a b\"", "'a b' is no key"),
            ("algorithm: unleash", "algorithm: unleash\n  users: api.version", "is a text, not a number of users"),
            ("algorithm: unleash", "algoritm: unleash", "did you mean 'algorithm'"),
        ])
    func wrong(text: String, other: String, message: String) {
        let found = mistakes(text, other)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test("a guard may be an alert rule of the config")
    func alertGuards() throws {
        let rules = "alerts:\n  rules:\n    - {alert: slow, series: api.p95, above: 300ms, severity: critical}\n"
        let plan = try flags(rules + Self.section.replacing("[api.p95]", with: "[slow, api.p95]"))
        #expect(plan?.flags[0].guards == [RampGuard(alert: "slow", inputs: ["api.p95"]), "api.p95"])
    }

    @Test("operators may be given single kinds of changes")
    func operators() throws {
        let file = try load(yaml(Self.section + "operators: [{user: ana, may: [flag-off, flag-set, flag-ramp]}]\n"))
        #expect(file.configuration.operators.rules.first?.may == [.flagOff, .flagSet, .flagRamp])
    }

    @Test("the commented example in Config/barberpro.yaml is whole, with every key that is documented")
    func example() throws {
        let path = ShippedConfigurationTests.root.appending(path: "Config/barberpro.yaml").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "\n# flags:\n")).lowerBound
        let end = try #require(text.firstRange(of: "\n# Who may act")).lowerBound
        let section = text[start..<end].split(separator: "\n").map { $0.hasPrefix("# ") ? $0.dropFirst(2) : "" }
            .joined(separator: "\n").replacing("kpi.active_users", with: "kpi.revenue")
        let file = try LaunchConfigurationFile.load(bytes: Array((text + section + "\n").utf8), name: "barberpro.yaml")
        let plan = try #require(file.configuration.flags)
        #expect(plan.flags.map(\.name) == ["checkout-v2"] && plan.flags[0].guards == ["kpi.payments_ok"])
        for key in ["redis", "prefix", "stream", "channel", "algorithm", "every", "users", "ramp", "list"] {
            #expect(section.contains("\n  \(key):"), "\(key) is not in the example")
        }
    }
}
