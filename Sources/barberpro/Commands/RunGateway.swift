import ArgumentParser

/// Serves the fake payment gateway.
struct RunGateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "gateway", abstract: "Serves a fake MercadoPago.")

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @OptionGroup var token: GatewayToken

    func run() async throws {
        let gateway = Gateway(token: token.token)
        try await serve(port: port) { await gateway.answer($0) }
    }
}
