import ArgumentParser
import Edge
import Foundation
import Glibc
import Launch

/// `guardia edge install`: makes a machine an edge, by an administrator's own shell there.
struct EdgeInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Make a machine an edge, or bring it up to date.",
        discussion: """
            Installs the helper, the door's folder with a first split, the two files that nginx includes, the key that \
            guardia comes with, and a timer. Each step changes only what differs, so it can be run again at any time. It \
            never changes what serves, and reloads nginx only with --reload.

            It runs as root: on this machine itself, or over your own ssh, by sudo where you are not root there. \
            --dry-run prints the script, to be read, or run by other means.
            """)

    @OptionGroup var selection: EdgeSelection

    @Option(help: "The colour that serves now: for a door that is not there yet.")
    var first: String?

    @Option(help: "The folder for the files that nginx includes.")
    var includes = EdgeInstall.standardIncludes

    @Option(help: "The user who owns the door [default: the ssh user of the edge, else guardia].")
    var owner: String?

    @Option(help: "Who you are on the edge's machine, for your own ssh.")
    var login: String?

    @Flag(help: "Print the script and do nothing.")
    var dryRun = false

    @Flag(help: "Test and reload nginx at the end.")
    var reload = false

    func run() async throws {
        let (deployment, edges) = try selection.load()
        if let first, deployment.colour(first) == nil {
            throw Failure.usage(EdgeMistake("there is no colour '\(first)' in the launch config"))
        }
        for (option, text) in [("--owner", owner), ("--login", login), ("--includes", includes)] {
            guard let text else { continue }
            guard !text.hasPrefix("-"), text.utf8.allSatisfy({ Self.plain.contains($0) }) else {
                throw Failure.usage(EdgeMistake("\(option) has only letters, digits and . _ - / @ +"))
            }
        }
        for edge in edges {
            let install = EdgeInstall(
                deployment, edge, owner: owner ?? edge.ssh?.user ?? EdgeInstall.standardOwner, includes: includes,
                first: first, publicKey: publicKey(edge), reload: reload)
            if dryRun {
                Output.text(install.script)
                continue
            }
            Output.line("\(edge.name)\(edge.ssh.map { " on \($0.host)" } ?? "")")
            let status = try run(install.script, on: edge)
            guard status == 0 else {
                throw Failure.failed(
                    EdgeMistake("\(edge.name): the installation ended with \(status); run it again when that is mended")
                )
            }
        }
    }

    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@+".utf8)

    /// The public half of the key that guardia uses, where it lies beside the private one.
    private func publicKey(_ edge: EdgePlan) -> String? {
        edge.ssh?.key.flatMap { try? String(contentsOfFile: "\($0).pub", encoding: .utf8) }
    }

    /// Runs the script by a shell here, or over the operator's own ssh, with their agent, configuration and terminal.
    private func run(_ script: String, on edge: EdgePlan) throws -> Int32 {
        let file = FileManager.default.temporaryDirectory.appending(path: "guardia-install-\(UUID().uuidString)")
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: Data(script.utf8), attributes: [.posixPermissions: 0o600])
        else { throw Failure.failed(EdgeMistake("the script could not be written to \(file.path)")) }
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        if let ssh = edge.ssh {
            let target = login.map { "\($0)@\(ssh.host)" } ?? ssh.host
            let asRoot = "if [ \"$(id -u)\" = 0 ]; then exec sh -s; else exec sudo sh -s; fi"
            process.arguments = ["ssh", "-p", "\(ssh.port)", "--", target, asRoot]
        } else {
            process.arguments = ["sh", "-s"]
        }
        process.standardInput = try FileHandle(forReadingFrom: file)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
