import Launch
import Settings
import Testing

@Suite("the command that puts a version on a colour")
struct ReleaseTests {
    private func yaml(_ release: String) -> String {
        Sample.yaml + """
            deployment:
              colours: [{name: blue, hosts: ["10.0.0.1:80", "10.0.0.2:80"]}, {name: green, hosts: ["10.0.0.1:81", "10.0.0.2:81"]}]
              edges: [{name: edge-1, front: "http://127.0.0.1:8081"}]
              release: \(release)

            """
    }

    private let ssh = "ssh: {host: \"{host}\", user: release, key: /k, known_hosts: /h}"

    @Test("once a host, by SSH on that host: what is shown is what runs")
    func eachHost() throws {
        let plan = try #require(
            try load(yaml("{run: [sudo, release, \"{colour}\", \"{version}\"], each_host: true, \(ssh)}")).configuration
                .deployment)
        let hosts = plan.release.hosts(of: plan.colour("green"))
        #expect(hosts == ["10.0.0.1", "10.0.0.2"])
        #expect(
            hosts.map { plan.release.command.line(version: "v1.5.0", colour: "green", host: $0) } == [
                "on 10.0.0.1: sudo release green v1.5.0", "on 10.0.0.2: sudo release green v1.5.0",
            ])
        #expect(plan.release.command.reaching("10.0.0.2").ssh?.host == "10.0.0.2")
    }

    @Test("once, where one machine does it for all")
    func once() throws {
        let plan = try #require(
            try load(yaml("{run: [release, \"{colour}\", \"{version}\"]}")).configuration.deployment)
        #expect(plan.release.hosts(of: plan.colour("green")) == [""])
        #expect(plan.release.command.line(version: "v 2", colour: "green") == "release green 'v 2'")
    }

    @Test("a host that nothing names is said before anything runs")
    func mistakes() {
        let nameless = errors(in: yaml("{run: [release, \"{host}\", \"{colour}\", \"{version}\"]}"))
        #expect(nameless.contains { $0.contains("{host} is nothing here: the command runs once") }, "\(nameless)")
        let lone = errors(in: yaml("{run: [release, \"{colour}\", \"{version}\"], \(ssh)}"))
        #expect(lone.contains { $0.contains("'{host}' is not a host") }, "\(lone)")
    }
}
