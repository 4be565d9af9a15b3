import ArgumentParser

/// Serves the providers that a rehearsal pages by.
struct RunProviders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Serves a fake Twilio, Firebase, Slack and PagerDuty, and keeps what they are sent in a file.",
        discussion: """
            One line a message in --inbox. Somebody answers by POST /admin/reply (from, body: an SMS; or user, text, ts: in a \
            Slack thread) and POST /admin/acknowledge (key: a PagerDuty incident).
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "The file that holds what was sent, one line a message.")
    var inbox: String

    func run() async throws {
        let providers = Providers(inbox: inbox)
        try await serve(port: port) { await providers.answer($0) }
    }
}
