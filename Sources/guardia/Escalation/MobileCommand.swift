import ArgumentParser
import Foundation
import Journal
import Launch
import Mobile
import Settings
import Wire

/// `guardia mobile`: the page by which a telephone answers.
struct MobileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mobile",
        abstract:
            "Say how the mobile page stands: where it is served, whether it answers, what its links are signed with.",
        discussion: """
            Each page that wakes somebody brings a personal link. The engine serves the page; a reverse proxy brings TLS: \
            docs/mobile.md. It reads the key, so run it as the service user: sudo -u guardia guardia mobile.
            """,
        subcommands: [Show.self, Link.self], defaultSubcommand: Show.self)

    struct Options: ParsableArguments {
        @OptionGroup var config: ConfigOptions

        @Option(
            name: [.customShort("j"), .customLong("journal")],
            help: ArgumentHelp("The journal beside which the key is; otherwise as the config says.", valueName: "file"))
        var journal: String?

        @Flag(help: "Print it as one JSON object.")
        var json = false

        func load() throws -> (launch: LaunchConfiguration, plan: MobilePlan, journal: String, zone: Zone) {
            do {
                let launch = try config.load().configuration
                guard let plan = launch.mobile else {
                    throw Told("\(config.path) has no section 'mobile': docs/mobile.md")
                }
                let zone = try ZoneTable.make(
                    name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: SystemClock().now().utc)
                return (launch, plan, journal ?? launch.journal.path, zone)
            } catch {
                throw Failure.usage(error)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Say where the page is served, whether it answers, and what is open.",
            discussion: """
                It asks the page on this machine, and by its public address: the second needs the proxy, and that this machine \
                can reach it. Exits 0 where both answer, 1 where one does not, 2 without a section 'mobile'.
                """)

        @OptionGroup var options: Options

        private struct Row: Encodable {
            var listen: String
            var url: String
            var key: String
            var keyTrouble: String?
            var linksHoldSeconds: Int64
            var here: String
            var outside: String
            var chains: [String]
        }

        func run() async throws {
            let (_, plan, journal, zone) = try options.load()
            var keyTrouble: String?
            do { _ = try MobileKey(journal: journal, makes: false) } catch { keyTrouble = "\(error)" }
            let reactor: Reactor
            do { reactor = try Reactor() } catch { throw Failure.failed(error) }
            defer { reactor.shutdown() }
            let client = HTTPClient(on: reactor, maximumOfIdle: 2)
            let here: String
            switch plan.listen {
            case .port(let port): here = await Show.ask("http://127.0.0.1:\(port)/health", client)
            case .socket(let path): here = access(path, F_OK) == 0 ? "the socket is there" : "there is no socket"
            }
            let outside = await Show.ask("\(plan.url)/health", client)
            let board = try? JournalReader(path: journal).currentBoard(span: .minutes(1))
            let chains = board?.escalations.running ?? []
            let isGood = keyTrouble == nil && ["answers", "the socket is there"].contains(here) && outside == "answers"
            if options.json {
                Output.json(
                    Row(
                        listen: plan.listen.text, url: plan.url, key: MobileKey.path(of: journal),
                        keyTrouble: keyTrouble,
                        linksHoldSeconds: plan.life.count / 1000, here: here, outside: outside,
                        chains: chains.map(\.id.text)))
            } else {
                Output.line(
                    "\(here == "answers" || here == "the socket is there" ? "✓" : "✗") \(plan.listen.text): \(here)")
                Output.line("\(outside == "answers" ? "✓" : "✗") \(plan.url): \(outside)")
                Output.line(
                    keyTrouble.map { "✗ \($0)" }
                        ?? "✓ links are signed with \(MobileKey.path(of: journal)), and hold for \(AmountText(.english).span(plan.life.seconds))"
                )
                if board == nil { Output.line("? \(journal) cannot be read: what is open is not known") }
                for chain in chains {
                    let told = chain.contacts.isEmpty ? "nobody yet" : chain.contacts.joined(separator: ", ")
                    Output.line(
                        "  \(chain.id) since \(PeopleText.time(chain.at.utc, zone)): links went to \(told): \(chain.started.summary)"
                    )
                }
                if board != nil, chains.isEmpty {
                    Output.line("  nothing is open: no link that answers anything is underway")
                }
            }
            if !isGood { throw ExitCode(1) }
        }

        private static func ask(_ url: String, _ client: HTTPClient) async -> String {
            do throws(WireError) {
                let answer = try await client.send(HTTPRequest(url, maxBodyBytes: 1024), deadline: .seconds(5))
                guard answer.status == 200, String(decoding: answer.body, as: UTF8.self) == "guardia\n" else {
                    return "something else answers there (status \(answer.status))"
                }
                return "answers"
            } catch {
                return error.reason
            }
        }
    }

    struct Link: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "link",
            abstract: "Make a link for a contact that shows what fires, and answers nothing.",
            discussion: """
                To see whether a telephone reaches the page, and how it looks there. A link that answers comes with the page \
                that wakes: nobody can make one for somebody else by this command.
                """)

        @Argument(help: "The contact.") var person: String

        @OptionGroup var options: Options

        private struct Row: Encodable {
            var contact: String
            var link: String
            var expires: String
        }

        func run() throws {
            let (launch, plan, journal, zone) = try options.load()
            guard launch.contacts.contains(where: { $0.name == person }) else {
                let names = launch.contacts.map(\.name)
                let hint = Nearest.hint(for: person, among: names) ?? "there is \(names.joined(separator: ", "))"
                throw Failure.usage(Told("there is no contact '\(person)'; \(hint)"))
            }
            let key: MobileKey
            do { key = try MobileKey(journal: journal) } catch { throw Failure.failed(error) }
            let link = MobileLink(
                person: person, channel: nil, chain: nil, expires: SystemClock().now().utc + plan.life)
            if options.json {
                Output.json(
                    Row(contact: person, link: plan.address(of: link, key), expires: PeopleText.utc(link.expires)))
            } else {
                Output.line(plan.address(of: link, key))
                Output.line("it shows, and answers nothing; until \(PeopleText.time(link.expires, zone))")
            }
        }
    }
}
