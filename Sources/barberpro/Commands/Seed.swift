import ArgumentParser
import FoundationEssentials
import Wire

/// Makes BarberPro's database and its past.
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes the database barberpro with its roles, its tables and some days of history, in an empty cluster.")

    @Option(help: "libpq's connection string of the superuser.")
    var postgres: String

    @Option(help: "A file of libpq's (*:*:*:role:password) with the passwords of the roles that are made.")
    var passfile: String?

    @Option(help: "How many bookings there were.")
    var bookings = 135_000

    @Option(help: "Over how many days.")
    var days = 8

    func validate() throws {
        guard bookings >= 0, days > 0 else {
            throw ValidationError("--bookings must not be negative, and --days at least 1")
        }
    }

    func run() async throws {
        let reactor = try Reactor()
        var settings = try PostgresSettings(connectionString: postgres)
        try await run(Schema.cluster + passwords(), settings, on: reactor)
        settings.parameters["user"] = "barberpro"
        settings.parameters["dbname"] = "barberpro"
        try await run(History(bookings: bookings, days: days).statements + Schema.grants, settings, on: reactor)
        reactor.shutdown()
    }

    /// What gives the roles their passwords, of those that are made here.
    private func passwords() throws -> [String] {
        guard let passfile else { return [] }
        return try String(contentsOfFile: passfile, encoding: .utf8).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 5, Schema.roles.contains(String(parts[3])) else { return nil }
            return "ALTER ROLE \(parts[3]) PASSWORD '\(parts[4].replacing("'", with: "''"))'"
        }
    }

    private func run(_ statements: [String], _ settings: PostgresSettings, on reactor: Reactor) async throws {
        let client = PostgresClient(settings, on: reactor)
        for statement in statements { _ = try await client.query(statement, deadline: .seconds(120)) }
        await client.close()
    }
}
