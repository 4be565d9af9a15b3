import Actions
import ArgumentParser
import Journal
import Launch
import Settings
import Watch

/// `guardia contacts`: the emergency contacts, and which ways to them are proved.
struct ContactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract:
            "Print the emergency contacts: who they are, how they are reached, and when each way was last proved.",
        subcommands: [Show.self, Verify.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the contacts.",
            discussion: """
                Addresses stand in the config alone: with --config they are printed too, for whoever may read it. What is \
                itself a reference to a secret is printed as one.
                """)

        @OptionGroup var options: RosterOptions

        private struct Row: Encodable {
            struct Way: Encodable {
                var channel: String
                var address: String?
                var verified: String?
                var how: String?
            }
            var name: String
            var title: String
            var role: String
            var onCall: [String]
            var ways: [Way]
        }

        func run() throws {
            let people = try options.load()
            let now = SystemClock().now().utc
            for contact in people.roster.contacts {
                let onCall = people.roster.schedules
                    .filter { $0.onCall(at: now, in: people.zone) == contact.name }.map(\.name)
                let ways = contact.channels.map { channel in
                    let proof = people.board?.escalations.verified[.init(contact: contact.name, channel: channel)]
                    let address = people.contacts.first { $0.name == contact.name }?.ways
                        .first { $0.channel == channel }?.address
                    return (channel: channel, address: address, proof: proof)
                }
                if options.json {
                    Output.json(
                        Row(
                            name: contact.name, title: contact.title, role: contact.role, onCall: onCall,
                            ways: ways.map { way in
                                Row.Way(
                                    channel: way.channel, address: way.address,
                                    verified: way.proof.map { PeopleText.utc($0.at.utc) }, how: way.proof?.how)
                            }))
                    continue
                }
                Output.line(
                    "\(contact.name)  \(contact.title)" + (contact.role.isEmpty ? "" : ", \(contact.role)")
                        + (onCall.isEmpty ? "" : "  ON CALL: \(onCall.joined(separator: ", "))"))
                for way in ways {
                    let proof =
                        way.proof.map { "✓ verified \(PeopleText.time($0.at.utc, people.zone)): \($0.how)" }
                        ?? "? never verified: guardia notify test \(way.channel) --contact \(contact.name)"
                    Output.line("  \(way.channel)" + (way.address.map { "  \($0)" } ?? "") + "  \(proof)")
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Prove that a way reaches a contact, by the code that a test page brought them.",
            discussion: "Send one by guardia notify test CHANNEL --contact NAME. The code holds for a day.")

        @OptionGroup var options: LaunchReference

        @Argument(help: "The contact.")
        var name: String

        @Argument(help: "The channel.")
        var channel: String

        @Option(help: "The four digits of the test page.")
        var code: String

        func run() async throws {
            let desk = try PeopleDesk(options, for: .ack)
            guard let contact = desk.launch.contacts.first(where: { $0.name == name }),
                contact.ways.contains(where: { $0.channel == channel })
            else { throw Failure.usage(Told("there is no contact '\(name)' with a way '\(channel)'")) }
            let now = desk.clock.now()
            let tests =
                desk.board?.escalations.pages.filter {
                    $0.queued.purpose == .test && $0.queued.contact == name && $0.queued.channel == channel
                        && $0.at.age(at: now) < .days(1)
                } ?? []
            guard !tests.isEmpty else {
                throw Failure.refused(Told("no test was sent to \(name) by \(channel) within a day"))
            }
            let key = CodeKey(journal: desk.journal)
            guard tests.contains(where: { key.code(of: $0.id) == code }) else {
                try await desk.tell(
                    .refused(.init(way: .command, contact: name, reason: "a wrong code for a test by \(channel)")))
                throw Failure.refused(Told("\(code) is not the code of a test to \(name) by \(channel)"))
            }
            try await desk.tell(.verified(.init(contact: name, channel: channel, how: "answered a test")))
            Output.line("\(name) by \(channel) is verified")
        }
    }
}
