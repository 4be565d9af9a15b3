/// The settings of a rehearsal, `Config/rehearsal.yaml`, as they were when this binary was built: a rehearsal needs no
/// file beside it.
package enum RehearsalSettings {
    package static let name = "Config/rehearsal.yaml"
    package static var yaml: [UInt8] { PackageResources.rehearsal_yaml }

    /// Reads them with the addresses of one rehearsal.
    package static func load(variables: [String: String]) throws(ConfigErrors) -> LaunchConfigurationFile {
        try LaunchConfigurationFile.load(bytes: yaml, name: name, variables: variables)
    }
}
