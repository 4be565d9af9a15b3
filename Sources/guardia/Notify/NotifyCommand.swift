import ArgumentParser
import Journal
import Launch
import Notify
import Settings

/// `guardia notify …`: the channels by which people are told.
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Try the channels by which people are told, and see what waits for them.",
        discussion: "docs/channels.md says what each channel needs, and what its errors mean.",
        subcommands: [NotifyTestCommand.self, Waiting.self])

    struct Waiting: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "outbox",
            abstract: "List what waits to be sent, oldest first. Also while the engine runs, and while it does not.",
            discussion: "For whoever may read the outbox: it holds addresses, which are not printed.")

        @OptionGroup var config: ConfigOptions

        @Option(
            name: [.customShort("j"), .customLong("journal")],
            help: ArgumentHelp("The journal beside which it is; otherwise as the config says.", valueName: "file"))
        var journal: String?

        @Flag(help: "One JSON object a line.")
        var json = false

        private struct Row: Encodable {
            var page: String
            var channel: String
            var contact: String?
            var purpose: String
            var severity: String
            var summary: String
            var waiting_seconds: Int64
            var expires_in_seconds: Int64
        }

        func run() throws {
            let path: String
            do { path = try journal ?? config.load().configuration.journal.path } catch { throw Failure.usage(error) }
            let now = SystemClock().now()
            let entries = Outbox.kept(journal: path)
            if entries.isEmpty, !json { Output.line("nothing waits") }
            for entry in entries {
                let age = entry.at.age(at: now)
                let notification = entry.notification
                if json {
                    Output.json(
                        Row(
                            page: notification.page.text, channel: entry.channel, contact: notification.contact,
                            purpose: notification.purpose.rawValue, severity: notification.severity.rawValue,
                            summary: notification.summary, waiting_seconds: age.count / 1000,
                            expires_in_seconds: (entry.lifetime - age).count / 1000))
                } else {
                    let to = notification.contact.map { " to \($0)" } ?? ""
                    Output.line(
                        "\(entry.channel)\(to)  \(notification.purpose.rawValue) \(notification.severity.rawValue)  "
                            + "waits \(age.count / 1000) s, worth \((entry.lifetime - age).count / 1000) s more  "
                            + notification.summary)
                }
            }
        }
    }
}
