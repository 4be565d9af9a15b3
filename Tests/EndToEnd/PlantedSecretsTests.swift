import Foundation
import Glibc
import Journal
import Launch
import Testing

/// A launch whose every client speaks to somebody who says back all that he is told: no secret is found in anything that
/// guardia wrote, printed, or put into a process.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct PlantedSecretsTests {
    @Test func noSecretIsFoundInAnythingThatIsWritten() async throws {
        let launch = try await PlantedLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        for name in launch.spoken {
            try await launch.expect("\(name) was told", within: 60) { launch.providers.hasHeard(launch.secrets[name]!) }
        }
        try await launch.expect("the chain goes on to its second step", within: 60) {
            launch.providers.hasHeard("/always/second-step")
        }
        try await launch.expect("the command was run", within: 60) {
            FileManager.default.fileExists(atPath: "\(launch.folder)/command-ran")
        }
        try await launch.expect("checkpoints are signed", within: 60) {
            FileManager.default.fileExists(atPath: "\(launch.folder)/journal.checkpoints")
        }
        try await launch.runCommands()
        launch.stop()

        let haul = launch.haul()
        // The search can find: what stands in the open is found in each kind of place.
        for (word, place) in [
            (launch.open, "journal"), (launch.open, "outbox"), (launch.open, "report.html"),
            (launch.open, "output of alerts"),
            ("BarberPro", "shot.txt"), ("BarberPro", "screen of kiosk"), (launch.open, "arguments of"),
            (launch.secrets["command"]!, "environment of"),
        ] {
            #expect(
                haul.places(of: word).contains { $0.contains(place) },
                "\(word) was not found in \(place): \(haul.names)")
        }
        for (name, value) in launch.secrets.sorted(by: { $0.key < $1.key }) {
            var found = haul.places(of: value)
            // The program gets it in its environment: the config says so. Nobody else does.
            if name == "command" { found.removeAll { $0.hasPrefix("environment of") && $0.contains("pager") } }
            #expect(found.isEmpty, "the secret ‘\(name)’ stands in \(found)")
        }
        // Keys that guardia made for itself beside the journal: 0600, and nowhere else.
        for key in ["mobile", "codes"] {
            let path = "\(launch.folder)/journal.\(key)"
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.count == 32)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            for form in [
                bytes, Data(bytes.base64EncodedString().utf8),
                Data(bytes.map { String(format: "%02x", $0) }.joined().utf8),
            ] {
                #expect(haul.places(of: form).filter { $0 != "file journal.\(key)" }.isEmpty, "\(key)")
            }
        }
    }

    /// A planted secret is found, whatever it is planted in: as a sentence of the launch config, as a file's content, in a process.
    @Test func aSecretThatLeaksIsFound() async throws {
        let launch = try await PlantedLaunch(leaking: "webhook")
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("it fires", within: 60) {
            launch.board?.alerts.firing.contains { $0.facts.rule == "site_down" } == true
        }
        try launch.run(["alerts"], ["--journal", launch.journal])
        launch.stop()
        let found = launch.haul().places(of: launch.secrets["webhook"]!)
        #expect(found.contains { $0.hasPrefix("file journal") } && found.contains("output of alerts"), "\(found)")
    }
}
