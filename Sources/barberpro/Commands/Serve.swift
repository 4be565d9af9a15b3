import ArgumentParser
import Wire

/// Serves one colour of the application.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves one colour of the application.", discussion: Misbehaviour.help)

    @Option var colour: String
    @Option var version: String

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "libpq's connection string.")
    var postgres: String

    @Option(help: "Redis's Unix socket.")
    var redis: String

    @Option(help: "The payment gateway's URL.")
    var gateway: String

    @OptionGroup var token: GatewayToken

    func run() async throws {
        let reactor = try Reactor()
        let payments = PaymentGateway(HTTPClient(on: reactor), url: gateway, token: token.token)
        let gatewayWatch = GatewayWatch(payments)
        let flags = FeatureFlags(
            RedisClient(RedisSettings(.unixSocket(path: redis)), on: reactor), names: ["checkout-v2"])
        let misbehaviour = Misbehaviour(version: version)
        let database = Database(try PostgresSettings(connectionString: postgres), connections: 4, on: reactor)
        let invoicing = Invoicing(
            database: Database(try PostgresSettings(connectionString: postgres), connections: 1, on: reactor),
            http: HTTPClient(on: reactor), url: gateway)
        let application = Application(
            colour: colour, version: misbehaviour == .wrong ? "v0.0.0" : version,
            database: database,
            sessions: Sessions(RedisClient(RedisSettings(.unixSocket(path: redis)), on: reactor)), flags: flags,
            gateway: payments, gatewayWatch: gatewayWatch, metrics: Metrics(colour: colour, version: version),
            misbehaviour: misbehaviour)
        try await withThrowingTaskGroup { group in
            group.addTask { try await serve(port: port) { await application.answer($0) } }
            group.addTask { await gatewayWatch.run() }
            group.addTask { await invoicing.run() }
            group.addTask { await flags.run() }
            Task { await application.misbehave() }
            // The server ends only by failing: then the rest goes, too.
            try await group.next()
            group.cancelAll()
        }
    }
}

/// What the application shows to the gateway.
struct GatewayToken: ParsableArguments {
    @Option(help: "The bearer token between application and gateway. It opens nothing but this fake.")
    var token = "TEST-barberpro"
}
