import Foundation
import Launch
import Settings
import Testing

/// `deployment.hardening` and `security.defences` as they stand in the example.
@Suite struct HardeningSettingsTests {
    private let text: String

    init() throws {
        text = try String(
            contentsOf: ShippedConfigurationTests.root.appending(path: "Config/examples/deployment-systemd.yaml"),
            encoding: .utf8)
    }

    private func load(_ change: (String) -> String = { $0 }) throws(ConfigErrors) -> LaunchConfiguration {
        try LaunchConfigurationFile.load(bytes: Array(change(text).utf8), name: "launch.yaml", variables: [:])
            .configuration
    }

    @Test func theExampleIsReadWhole() throws {
        let configuration = try load()
        let plan = try #require(configuration.deployment?.hardening)
        #expect(plan.classes.map(\.name) == ["auth", "payment", "booking"])
        #expect(plan.classes[0].limit == RequestLimit(5, .minute, burst: 3))
        #expect(plan.classes[1].body == 64 << 10 && plan.classes[1].types == ["application/json"])
        #expect(plan.countries?.everywhere == ["/webhooks"])
        #expect(plan.trusted == ["10.0.1.0/24"])
        #expect(plan.waf?.onlyDetects == false && plan.waf?.paranoia == 1)
        #expect(plan.bans?.retries == 5)
        #expect(plan.hstsSeconds == 31_536_000)
        #expect(configuration.security?.defences?.every == .minutes(5))
    }

    /// It stands in nginx's configuration, where a character too many is a directive.
    @Test(arguments: [
        ("trusted: [10.0.1.0/24]", "trusted: ['10.0.1.0/24 1; evil']", "is not a network"),
        ("trusted: [10.0.1.0/24]", "real_ip: {from: ['10.0.2.0/24; evil']}", "is not a network"),
        ("trusted: [10.0.1.0/24]", "real_ip: {from: [0.0.0.0/0]}", "everybody would say"),
        ("trusted: [10.0.1.0/24]", "real_ip: {from: [10.0.2.1], header: 'A; evil'}", "is not the name of a header"),
        ("paths: [/bookings]", #"paths: ['/bookings"; return 200; #']"#, "is not what a path begins with"),
        ("rate: 5/m", "rate: 5/h", "is not a rate"), ("name: booking", "name: api", "cannot be called"),
        ("name: booking", "name: 'boo king'", "is not a class"),
        ("[AR, UY, CL", "[Argentina, UY, CL", "is not a country"),
        ("types: [application/json]", "types: ['application/json\"']", "is not a content type"),
        ("log: /var/log/nginx/guardia-edge.log", "log: '/var/log/x; include y'", "is not a path of plain characters"),
        ("methods: [GET, HEAD", "methods: ['GET|.*', HEAD", "is not a method"),
    ])
    func whatCouldMeanAnythingElseToNginxIsRefused(good: String, bad: String, message: String) throws {
        #expect(text.contains(good))
        let error = #expect(throws: ConfigErrors.self) {
            _ = try load { $0.replacing(good, with: bad, maxReplacements: 1) }
        }
        #expect("\(try #require(error))".contains(message))
    }

    @Test func whatIsNotWantedIsNotThere() throws {
        let plan = try load {
            $0.replacing("waf: {mode: block, audit_log: /var/log/nginx/guardia-waf.log}", with: "waf: none")
                .replacing("uri: {rate: 5/s, burst: 20}", with: "uri: none").replacing("hsts: 365d", with: "hsts: none")
        }.deployment?.hardening
        #expect(plan?.waf == nil && plan?.uri == nil && plan?.hstsSeconds == nil)
        #expect(plan?.agent != nil)
    }

    @Test func defencesWithoutHardeningHaveNothingToProve() throws {
        let error = #expect(throws: ConfigErrors.self) {
            _ = try load { text in
                let start = text.firstRange(of: "  # What stands before the traffic on each edge")!.lowerBound
                let end = text.firstRange(of: "  release:")!.lowerBound
                return String(text[..<start] + text[end...])
            }
        }
        #expect("\(try #require(error))".contains("has nothing to prove"))
    }

    @Test func aLogOfBansThatLiesOnAnEdgeNamesOneThatIsReachedBySSH() throws {
        func plan(_ edge: String) throws(ConfigErrors) -> LaunchConfiguration {
            try load {
                $0.replacing(
                    "  defences:\n    every: 5m\n",
                    with:
                        "  defences:\n    every: 5m\n    bans: [{name: b, log: /var/log/fail2ban.log, log_on: \(edge)}]\n"
                )
            }
        }
        let good = try plan("edge-1")
        let deployment = try #require(good.deployment)
        let defences = try #require(good.security?.defences)
        #expect(defences.bans.first?.logEdge == "edge-1" && defences.bans.first?.logHere == nil)
        let edges = deployment.edges.filter { $0.ssh != nil }.map(\.name)
        let elsewhere = defences.logsElsewhere(of: deployment)
        #expect(Set(elsewhere.map(\.edge)) == Set(edges) && elsewhere.count == 2 * edges.count + 1)
        #expect(elsewhere.last == LogElsewhere(owner: "b", edge: "edge-1", kind: .bans, path: "/var/log/fail2ban.log"))
        // Each edge has a series of its own, which a rule can name.
        for edge in deployment.edges {
            #expect(good.series.contains { $0.id.name == "defence.blocked_at.\(edge.name)" })
        }
        #expect(good.series.contains { $0.id.name == "defence.bans_at.b" })
        let error = #expect(throws: ConfigErrors.self) { _ = try plan("edge-9") }
        #expect("\(try #require(error))".contains("is no edge that is reached by ssh"))
    }
}
