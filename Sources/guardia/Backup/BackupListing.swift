import Actions
import Console
import Foundation
import Journal
import Launch
import Wire

/// What `guardia backup list` says.
struct BackupListing: Encodable {
    struct Row: Encodable {
        var name: String
        var bytes: Int64
        var tables: Int
        var rows: Int64
        var encryption: String
        var places: [String]
        var standing: String
    }

    struct Check: Encodable {
        var subject: String
        var verdict: String
        var seconds: Double?
        var limit: Double?
        var words: String
    }

    var verdict: String
    var checks: [Check]
    var backups: [Row]
    var spoiled: [String]
    var pgBackRest: String?
    private var figures: Figures
    var next: String?
    private var zone: Zone

    private enum CodingKeys: String, CodingKey {
        case verdict, checks, backups, spoiled, pgBackRest, next
    }

    init(_ session: BackupSession, _ world: BackupWorld, remote: Bool) async throws(BackupError) {
        zone = session.zone
        figures = Figures(session.launch.figures == .english ? .english : .argentine)
        let log = session.log
        let now = session.clock.now()
        let standing = BackupStanding(log, BackupFacts(world.plan), in: zone, at: now)
        verdict = "\(standing.verdict)"
        checks = standing.checks.map {
            Check(
                subject: $0.subject.rawValue, verdict: "\($0.verdict)", seconds: $0.value?.seconds,
                limit: $0.limit?.seconds, words: $0.words)
        }
        let (good, bad) = world.folder.manifests()
        var manifests = Dictionary(
            good.map { ($0.name, ($0, [world.plan.folder])) }, uniquingKeysWith: { first, _ in first })
        if remote, let store = try world.store() {
            for manifest in try await store.manifests() {
                manifests[manifest.name, default: (manifest, [])].1.append(store.place)
            }
        } else {
            for manifest in good { manifests[manifest.name]?.1 += manifest.copies.map(\.place) }
        }
        backups = manifests.values.sorted { $0.0.name > $1.0.name }.map { manifest, places in
            let record = log[manifest.name]
            let words =
                record?.trouble.map { "DAMAGED: \($0)" }
                ?? (record?.provedAt != nil
                    ? "restored and the same" : record?.verification != nil ? "read whole" : "taken")
            return Row(
                name: manifest.name, bytes: manifest.bytes, tables: manifest.tables.count, rows: manifest.rows,
                encryption: manifest.encryption.word, places: places, standing: words)
        }
        spoiled = bad.map { "\($0.file): \($0.reason)" }
        next = standing.nextBackup.map { time in
            let civil = session.zone.civil(time)
            return String(
                format: "%04d-%02d-%02d %02d:%02d %@", civil.year, civil.month, civil.day, civil.hour, civil.minute,
                session.zone.abbreviation)
        }
        if let plan = world.plan.pgBackRest { pgBackRest = await Self.ask(plan, at: now.utc, figures) }
    }

    private static func ask(_ plan: PgBackRestPlan, at now: Timestamp, _ figures: Figures) async -> String {
        do throws(WireError) {
            let result = try await Command.run(plan.words, deadline: .seconds(30), outputLimit: 8 << 20)
            guard
                let stanzas = try? JSONDecoder().decode([PgBackRestInfo].self, from: Data(result.standardOutput.bytes))
            else { return "? its answer cannot be read" }
            guard let stanza = stanzas.first(where: { $0.name == plan.stanza }) else {
                return "? it knows no stanza \(plan.stanza)"
            }
            if let trouble = stanza.trouble { return "✗ \(trouble)" }
            guard let last = stanza.lastGood, let age = stanza.age(at: now) else { return "✗ it has no backup" }
            return "✓ \(last.label) (\(last.type)), \(figures.age(age)) old"
        } catch {
            return "? \(error.reason)"
        }
    }

    var lines: [String] {
        var lines = checks.map { check in
            let mark = ["ok": "✓", "warning": "!", "critical": "✗"][check.verdict] ?? "?"
            let value = check.seconds.map { figures.age(Milliseconds(Int64($0 * 1000))) }
            let limit = check.limit.map { "≤ \(figures.age(Milliseconds(Int64($0 * 1000))))" }
            let words = check.verdict == "ok" ? "" : check.words
            return
                ([mark + " " + check.subject.replacing("_", with: " ")] + [value, limit].compactMap(\.self) + [words])
                .filter { !$0.isEmpty }.joined(separator: "  ")
        }
        if let next { lines.append("  next  \(next)") }
        if let pgBackRest { lines.append("pgBackRest  \(pgBackRest)") }
        for row in backups {
            lines.append(
                "\(row.name)  \(figures.bytes(Double(row.bytes)))  \(row.tables) tables  \(row.rows) rows  \(row.encryption)  "
                    + "\(row.places.joined(separator: ", "))  \(row.standing)")
        }
        lines += spoiled.map { "✗ \($0)" }
        if backups.isEmpty { lines.append("there is no backup yet: guardia backup run takes one") }
        return lines
    }
}
