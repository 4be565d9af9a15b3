import Testing

@testable import Screen

/// The command that is named where no engine runs: one that exists here, and that starts the engine of this launch.
@Suite struct EngineStartTests {
    private func command(_ journal: String, _ config: String? = nil, hasUnit: Bool) -> String {
        EngineStart.command(journal: journal, config: config, hasUnit: hasUnit)
    }

    @Test func theUnitIsNamedWhereItIsThereAndRunsThisLaunch() {
        let standard = "/var/lib/guardia/guardia.journal"
        #expect(command(standard, hasUnit: true) == "systemctl restart guardia")
        #expect(command("/srv/j", "/etc/guardia/launch.yaml", hasUnit: true) == "systemctl restart guardia")
        #expect(command(standard, hasUnit: false) == "guardia watch")
        #expect(command("/tmp/j", hasUnit: true) == "guardia watch")
        #expect(
            command(standard, "/home/ana/launch.yaml", hasUnit: true) == "guardia watch --config /home/ana/launch.yaml")
    }

    @Test func aCommandThatWouldBeCutIsNamedWithoutItsConfig() {
        #expect(command("/tmp/j", "/home/ana/" + String(repeating: "x", count: 40), hasUnit: false) == "guardia watch")
        #expect(command("/tmp/j", "/home/ana/my launch.yaml", hasUnit: false) == "guardia watch")
    }
}
