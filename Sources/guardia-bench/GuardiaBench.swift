import ArgumentParser
import CLinux

/// What `make bench` measures from inside, one subcommand a figure; each prints `name value` lines.
///
/// Not a product: nothing of it is in what `make release` ships.
@main
struct GuardiaBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardia-bench", abstract: "The parts of `make bench` that need the inside of guardia.",
        subcommands: [
            Hour.self, Load.self, Latency.self, Polls.self, Day.self, Frames.self, Rules.self, Alerts.self,
            MapBench.self,
            KpiBench.self, RewindBench.self, KioskBench.self, Faults.self, ReportBench.self,
        ])

    static func main() async {
        guardia_keep_no_core()
        await main(nil)
    }
}
