import ArgumentParser
import CLinux

/// BarberPro in miniature: what `guardia rehearse` launches.
@main
struct BarberPro: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "barberpro",
        abstract: "BarberPro in miniature, its payment gateway and its customers, for guardia's rehearsals.",
        subcommands: [
            Seed.self, Serve.self, ReleaseColour.self, ControlPart.self, RunGateway.self, RunProviders.self,
            RunTraffic.self,
        ])

    static func main() async {
        guardia_keep_no_core()
        await main(nil)
    }
}
