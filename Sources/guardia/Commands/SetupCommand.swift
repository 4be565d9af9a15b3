import Actions
import ArgumentParser
import Glibc

/// `guardia setup`: makes this machine a bastion.
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract:
            "Make this machine a bastion: service user, folders, sudoers line, unit. Says what it did; run it as root.",
        discussion: """
            Everything is looked at first and changed only where it differs: a second run changes nothing. Operators are then \
            the members of the group: adduser ana guardia. Exits 1 where something could not be done.
            """)

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("The service user, and the operators' group.", valueName: "name"))
    var user = "guardia"

    @Option(help: ArgumentHelp("Another root folder than /.", visibility: .hidden))
    var root = ""

    func validate() throws {
        let isPlain = user.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95 }
        guard isPlain, user.utf8.first.map({ (97...122).contains($0) }) == true, user.utf8.count <= 32 else {
            throw ValidationError("--user is a plain user name")
        }
    }

    func run() async throws {
        guard dryRun || geteuid() == 0 else {
            throw Failure.usage(Told("setup changes the machine: run it as root, or with --dry-run"))
        }
        let items = await Setup(.init(root: root, user: user, dryRun: dryRun)).run()
        for item in items {
            switch (item.change, item.trouble) {
            case (_, let trouble?): Output.line("✗ \(item.name)  \(trouble)")
            case (let change?, nil):
                Output.line("\(dryRun ? "…" : "✓") \(item.name)  \(dryRun ? "would " : "")\(change)")
            case (nil, nil): Output.line("– \(item.name)  as it should be")
            }
        }
        if items.contains(where: { $0.trouble != nil }) { throw ExitCode(1) }
    }
}
