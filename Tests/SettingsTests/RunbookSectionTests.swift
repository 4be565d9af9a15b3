import Launch
import Settings
import Testing

/// The section `runbook` of a launch config.
@Suite struct RunbookSectionTests {
    @Test func aFileBesideTheConfigIsReadIntoTheManifest() throws {
        let folder = try TemporaryFolder()
        try folder.write("runbook.md", "## Payment success\nThe gateway is asked first.\n")
        try folder.write(
            "launch.yaml", Sample.yaml + "runbook: {url: \"https://runbooks.example/book\", file: runbook.md}\n")
        let file = try LaunchConfigurationFile.load(path: folder.path("launch.yaml"))
        #expect(file.configuration.runbook?.lines(of: "#payment-success") == ["The gateway is asked first."])
        #expect(
            file.configuration.manifest(zone: .utc).runbook?.link(to: "#payment-success").url
                == "https://runbooks.example/book#payment-success")
        #expect(file.configuration.runbook?.file == folder.path("runbook.md"))
        #expect(file.warnings.isEmpty)
    }

    @Test func withoutAnAddressAPageNamesTheFileAndTheSection() throws {
        let folder = try TemporaryFolder()
        try folder.write("runbook.md", "## Payment success\nThe gateway is asked first.\n")
        let name = folder.path.split(separator: "/").last ?? ""
        try folder.write("launch.yaml", Sample.yaml + "runbook: {file: ../\(name)/./runbook.md}\n")
        let file = try LaunchConfigurationFile.load(path: folder.path("launch.yaml"))
        #expect(
            file.configuration.runbook?.place(of: "#payment-success")
                == "\(folder.path("runbook.md")), section payment-success")
    }

    @Test func aFileThatIsNotThereIsAWarningAndRefusesNoRescue() throws {
        let folder = try TemporaryFolder()
        try folder.write("launch.yaml", Sample.yaml + "runbook: {file: nowhere.md}\n")
        let file = try LaunchConfigurationFile.load(path: folder.path("launch.yaml"))
        #expect(file.warnings.count == 1 && file.warnings.first?.message.contains("cannot be read") == true)
    }

    @Test(
        "what is no address is refused", arguments: ["javascript:x", "runbooks.example", "https://user:pw@a.example"])
    func badAddress(text: String) {
        #expect(!errors(in: Sample.yaml + "runbook: {url: \"\(text)\"}\n").isEmpty)
    }
}
