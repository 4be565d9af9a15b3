import Foundation
import Launch
import Settings
import Testing

@Suite("The configurations that are shipped")
struct ShippedConfigurationTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("barberpro.yaml loads; the only doubts are secrets that this machine does not have, and whom to call")
    func barberPro() throws {
        let path = Self.root.appending(path: "Config/barberpro.yaml").path
        let file = try LaunchConfigurationFile.load(path: path)
        // Whose telephones ring is the site's own: the section is there as an example.
        let doubts = file.warnings.filter {
            !$0.message.contains("the secret ") && !$0.message.contains("there is no section 'escalation'")
        }
        #expect(doubts == [])
        #expect(file.configuration.product.name == "BarberPro")
        #expect(file.configuration.launch.at == Timestamp(seconds: 1_773_057_600))
        #expect(file.configuration.panes.geo?.regions.count == 24)
        #expect(file.configuration.panes.geo?.regions.allSatisfy { $0.errors != nil } == true)
    }

    @Test(
        "an example of a deployment loads; the only doubts are files that this machine does not have",
        arguments: [("systemd", 2, true), ("compose", 1, false)])
    func deploymentExample(name: String, edges: Int, isConfirmed: Bool) throws {
        let path = Self.root.appending(path: "Config/examples/deployment-\(name).yaml").path
        let file = try LaunchConfigurationFile.load(path: path)
        #expect(file.warnings.filter { !$0.message.contains("there is no readable file") } == [])
        let deployment = try #require(file.configuration.deployment)
        #expect(deployment.edges.count == edges)
        // Whoever may confirm has time for it after the watch.
        #expect((deployment.watch.confirmWithin.map { $0 > deployment.watch.span } ?? false) == isConfirmed)
        // Without these the analysis of a canary could never judge.
        let colours = file.configuration.panes.colours
        #expect(colours.map(\.name) == deployment.colours.map(\.name))
        #expect(colours.allSatisfy { $0.requests != nil && $0.errors != nil && $0.latency != nil })
    }

    @Test(
        "the built-in rehearsal loads without a doubt, with a firewall and on a machine without one",
        arguments: [
            ("block", "defence", "the WAF's exceptions were reviewed"),
            ("none", "audit", "the WAF blocks and its exceptions were reviewed"),
        ])
    func rehearsal(waf: String, station: String, word: String) throws {
        let folder = try TemporaryFolder()
        let secrets = [
            "gateway-token", "provider-token", "firebase.json", "guardia-password", "guardia_compliance-password",
        ]
        for secret in secrets { try folder.write(secret, "TEST-token") }
        try folder.write("runbook.md", String(decoding: RehearsalSettings.runbook, as: UTF8.self))
        var variables = RehearsalSettings.example
        variables["REHEARSAL_FOLDER"] = folder.path
        (variables["EDGE_WAF"], variables["WAF_STATION"], variables["WAF_WORD"]) = (waf, station, word)
        let file = try RehearsalSettings.load(variables: variables)
        #expect(file.warnings == [])
        #expect(file.configuration.panes.colours.map(\.name) == ["blue", "green"])
        #expect(file.configuration.panes.geo?.regions.allSatisfy { $0.errors != nil } == true)
        // What can be attacked is: the word of a person stands for the rest.
        let security = file.configuration.readiness?.stations.first { $0.name == "security" }
        #expect(security?.checks == [.security("audit", grade: nil), .security(station, grade: nil), .attested(word)])
        // Each section that a rule names is there, and has lines to show.
        let named = file.configuration.alerts.rules.compactMap(\.runbook).filter { $0.hasPrefix("#") }
        let sections = file.configuration.runbook?.sections ?? [:]
        #expect(!named.isEmpty)
        #expect(named.allSatisfy { sections[String($0.dropFirst())]?.isEmpty == false })
    }

    @Test("the built-in rehearsal is the file in Config")
    func rehearsalIsEmbedded() throws {
        let onDisk = try Data(contentsOf: Self.root.appending(path: "Config/rehearsal.yaml"))
        let isSame = RehearsalSettings.yaml == [UInt8](onDisk)
        #expect(isSame, "built from another version of the file")
    }
}
