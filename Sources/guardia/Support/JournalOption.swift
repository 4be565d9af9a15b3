import ArgumentParser
import Glibc
import Launch

/// Which journal is meant: shared by the commands that read one.
struct JournalOption: ParsableArguments {
    static let standard = "/var/lib/guardia/guardia.journal"

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp(
            "The journal to read (default: $GUARDIA_JOURNAL, else \(JournalOption.standard)).", valueName: "file"))
    var given: String?

    var path: String {
        given ?? getenv("GUARDIA_JOURNAL").map { String(cString: $0) } ?? JournalOption.standard
    }

    /// Where a config was named: that launch's journal, unless another was given by name.
    func path(of launch: LaunchConfiguration) -> String { given ?? launch.journal.path }
}
