import Foundation
import Launch
import Settings
import Testing

@Suite("deployment:")
struct DeploymentTests {
    /// The smallest one.
    private static let section = """
        deployment:
          colours:
            - {name: blue, hosts: ["10.0.0.1:80"]}
            - {name: green, hosts: ["10.0.0.2:80"]}
          edges:
            - {name: edge-1, front: "http://127.0.0.1:8081"}
          release: {run: [release, "{colour}", "{version}"]}

        """

    private func deployment(_ section: String = section) throws -> Deployment? {
        try load(Sample.yaml + section).configuration.deployment
    }

    /// What is wrong once a text in the section was replaced by another.
    private func mistakes(_ text: String, _ other: String) -> [String] {
        precondition(Self.section.contains(text), "the section has no \(text)")
        return errors(in: Sample.yaml + Self.section.replacing(text, with: other)).map { error in
            // Without the place: that errors have one is tested elsewhere.
            error.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error
        }
    }

    @Test("a launch without one has none, and no series of edges")
    func none() throws {
        let configuration = try load(Sample.yaml).configuration
        #expect(configuration.deployment == nil)
        #expect(!configuration.series.contains { $0.id.name.hasPrefix("edge.") })
    }

    @Test("what is left out is as documented")
    func defaults() throws {
        let plan = try #require(try deployment())
        #expect(plan.edges == [EdgePlan(name: "edge-1", front: "http://127.0.0.1:8081")])
        #expect(
            plan.edges[0].door == "/var/lib/guardia/door" && plan.edges[0].backend == .door && plan.edges[0].ssh == nil)
        #expect(plan.sticky == .cookie("client") && plan.answers == AnswersPlan())
        #expect(plan.canary.steps == [5, 25, 50] && plan.canary.bake == .minutes(5))
        #expect(plan.lease == .seconds(30) && plan.standby == .hours(24) && plan.approvals == 0)
        #expect(plan.watch.confirmWithin == nil && plan.schema == nil && plan.onLive == nil)
        #expect(plan.release.command.deadline == .minutes(5) && !plan.release.eachHost)
        #expect(plan.release.command.filled(version: "v1", colour: "blue") == ["release", "blue", "v1"])
    }

    @Test("the commented example in Config/barberpro.yaml is a whole deployment, with every key that is documented")
    func example() throws {
        let path = ShippedConfigurationTests.root.appending(path: "Config/barberpro.yaml").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "\n# deployment:\n")).lowerBound
        let end = try #require(text.firstRange(of: "\n# What the five panes")).lowerBound
        let section = text[start..<end].split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : String($0) }.joined(separator: "\n")
        let whole = String(text[..<start]) + section + String(text[end...])
        let plan = try #require(try load(whole).configuration.deployment)
        #expect(
            plan.edges[0].ssh
                == SSHPlan(
                    host: "edge-1.internal", user: "guardia", key: "/etc/guardia/edge_ed25519",
                    knownHosts: "/etc/guardia/known_hosts"))
        #expect(plan.release.eachHost && plan.gate.smoke.count == 2 && plan.canary.analysis.guards.count == 2)
        #expect(plan.schema?.probe == "db" && plan.onLive != nil && plan.onIdle != nil)
        #expect(plan.answers.headers == ["Host": "barberpro.ar"])
        let manual = try String(
            contentsOf: ShippedConfigurationTests.root.appending(path: "docs/configuration.md"), encoding: .utf8)
        for line in section.split(separator: "\n") where line.hasPrefix("  ") && !line.hasPrefix("   ") {
            let key = line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }
            #expect(manual.contains("`\(key)`"), "docs/configuration.md does not explain \(key)")
        }
    }

    @Test("each edge brings its series, which panes and derived series may name")
    func series() throws {
        let yaml = Sample.replacing(
            "derived:\n", by: "derived:\n  - {series: edges.up, min: [edge.edge-1.up, edge.edge-1.helper]}\n")
        let configuration = try load(
            yaml + "  colours:\n    - {name: blue, share: edge.edge-1.share.blue, version: edge.edge-1.version.blue}\n"
                + Self.section
        ).configuration
        let edge = try #require(
            configuration.manifest(zone: Zone(name: "UTC", abbreviation: "UTC", baseOffset: 0)).deployment?.edges.first)
        let known = Set(configuration.series.map(\.id))
        for id in [edge.up, edge.split, edge.fence, edge.lock, edge.notice, edge.helper] { #expect(known.contains(id)) }
        for colour in ["blue", "green"] {
            for id in [edge.share(colour), edge.version(colour), edge.live(colour)] { #expect(known.contains(id)) }
        }
        #expect(configuration.series.first { $0.id == edge.up }?.title == "edge-1 up")
        #expect(configuration.probes.last?.name == "edge.edge-1")
        #expect(configuration.panes.colours.first?.share == edge.share("blue"))
    }

    @Test(
        "what would end up in nginx's configuration or on a command line is held to plain characters",
        arguments: [
            ("blue, hosts", "Blue, hosts"), ("blue, hosts", "any, hosts"), ("blue, hosts", "green, hosts"),
            ("10.0.0.1:80", "10.0.0.1"), ("10.0.0.1:80", "10.0.0.1:80; }"), ("10.0.0.1:80", "-x:80"),
            ("10.0.0.1:80", "a b:80"),
            ("10.0.0.1:80", "10.0.0.2:80"), ("10.0.0.1:80", "10.0.0.1:99999"),
            ("edge-1, front", "edge 1, front"), ("127.0.0.1:8081", "10.0.0.9:8081"), ("http://127", "https://127"),
            ("127.0.0.1:8081", "127.0.0.1:8081/x"), ("front: \"http://127.0.0.1:8081\"", "door: /x"),
            ("edge-1, ", "edge-1, door: \"/a b\", "), ("edge-1, ", "edge-1, door: /a/../b, "),
            ("edge-1, ", "edge-1, door: door, "),
            ("edge-1, ", "edge-1, helper: \"/x;y\", "), ("edge-1, ", "edge-1, backend: ready, "),
            ("edge-1, ", "edge-1, backend: {test: [nginx], reload: [\"a b\"]}, "),
            ("edge-1, ", "edge-1, ssh: {host: -oProxyCommand=x, key: /k, known_hosts: /h}, "),
            ("edge-1, ", "edge-1, ssh: {host: h, key: /k}, "),
        ])
    func plainCharacters(_ change: (String, String)) {
        #expect(mistakes(change.0, change.1).count == 1, "\(change)")
    }

    @Test("mistakes are said with the way out")
    func words() {
        #expect(
            mistakes("[release, \"{colour}\", \"{version}\"]", "[release, \"{colour}\"]")
                == ["the command never names {version}; put {version} where it belongs"])
        #expect(
            mistakes("[release, \"{colour}\", \"{version}\"]}", "[release, \"{version}\"], each_host: true}")
                == ["the command never names {host}; put {host} where it belongs"])
        #expect(
            mistakes("  release:", "  canary: {steps: [5, 5, 50]}\n  release:")
                == ["the steps of a canary grow; write them as [5, 25, 50]; 100 comes by itself"])
        #expect(
            mistakes("  release:", "  canary: {guards: [api.upp]}\n  release:") == [
                "nothing produces the series 'api.upp'; did you mean 'api.up'?"
            ])
        #expect(
            mistakes("  release:", "  schema: {probe: dbb, query: x, range: {run: [x, \"{version}\"]}}\n  release:")
                == ["no probe of type postgres is named 'dbb'; did you mean 'db'?"])
        #expect(
            mistakes("  release:", "  leese: 5s\n  release:") == [
                "unknown key 'leese' in 'deployment'; did you mean 'lease'?"
            ])
        let third = "    - {name: red, hosts: [\"10.0.0.3:80\"]}\n  edges:"
        #expect(mistakes("  edges:", third) == ["there are two colours, these are 3"])
        let twin = "    - {name: edge-2, front: \"http://127.0.0.1:8082\"}\n  release:"
        #expect(mistakes("  release:", twin).first?.hasPrefix("another edge on this machine has the same door") == true)
    }
}
