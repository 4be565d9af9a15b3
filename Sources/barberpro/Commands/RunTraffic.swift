import ArgumentParser
import Wire

/// Sends customers.
struct RunTraffic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "traffic", abstract: "Sends customers through a door.")

    @Option(help: "The URL they come to.")
    var door: String

    @Option(help: "The port on 127.0.0.1 for /metrics and /admin/fault.")
    var port: UInt16

    @Option(help: "Requests a second, as an average of the week.")
    var rate = 40.0

    @Flag(help: "The same rate through day and night, instead of the shape of a week.")
    var steady = false

    @Option(help: "The same seed brings the same customers.")
    var seed: UInt64 = 1

    func validate() throws {
        guard rate >= 0, rate.isFinite else { throw ValidationError("--rate must not be negative") }
    }

    func run() async throws {
        let reactor = try Reactor()
        let generator = TrafficGenerator(
            door: door, rate: rate, isSteady: steady, seed: seed, http: HTTPClient(on: reactor, maximumOfIdle: 512))
        try await withThrowingTaskGroup { group in
            group.addTask { try await serve(port: port) { await generator.answer($0) } }
            group.addTask { await generator.run() }
            // The server ends only by failing, for example because its port is taken: then the customers go, too.
            try await group.next()
            group.cancelAll()
        }
    }
}
