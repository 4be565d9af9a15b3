import FoundationEssentials

/// Where Debian puts the programs of a rehearsal.
struct Program: Sendable {
    var name: String
    var package: String
    var folders: [String]

    static let redis = Program(name: "redis-server", package: "redis-server", folders: ["/usr/bin", "/usr/local/bin"])
    static let nginx = Program(name: "nginx", package: "nginx-light", folders: ["/usr/sbin", "/usr/local/sbin"])

    /// A program of the newest PostgreSQL. Debian keeps each version in a folder of its own, outside PATH.
    static func postgres(_ name: String) -> Program {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newestFirst = versions.compactMap(Int.init).sorted(by: >)
        return Program(
            name: name, package: "postgresql",
            folders: newestFirst.map { "\(root)/\($0)/bin" } + ["\(root)/*/bin", "/usr/local/pgsql/bin"])
    }

    /// The program's path.
    func path() throws(ServerError) -> String {
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw .missingProgram(name: name, package: package, lookedIn: folders)
    }
}
