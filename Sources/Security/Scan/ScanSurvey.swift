import Foundation
import Glibc
package import Launch
import Wire

/// Every report of the config, read and judged against the one before.
package struct ScanSurvey: Sendable {
    package struct Judged: Sendable {
        package var source: ScanSource
        package var judgement: ScanJudgement?
        package var failure: String?

        package var verdict: Verdict { judgement?.verdict ?? .unknown }
        package var text: String { judgement?.text ?? failure ?? "" }
    }

    package struct Survey: Sendable {
        package var reports: [Judged]

        package func check(every: Milliseconds) -> SecurityCheck {
            var items: [SecurityCheck.Item] = []
            for report in reports {
                let count = report.judgement?.counts.values.reduce(0, +)
                items.append(.init(report.source.name, report.verdict, report.text, number: count.map(Double.init)))
                for finding in report.judgement?.open.prefix(20) ?? [] where finding.severity <= .high {
                    items.append(
                        .init(
                            finding.id, finding.severity.verdict,
                            "\(finding.subject): \(finding.title)"
                                + (finding.fix.isEmpty ? "" : ", mended in \(finding.fix)"),
                            mark: finding.severity.rawValue))
                }
            }
            let known = reports.filter { $0.judgement != nil && $0.verdict != .unknown }.count
            var total: [ScanSeverity: Int] = [:]
            for report in reports {
                for (severity, count) in report.judgement?.counts ?? [:] { total[severity, default: 0] += count }
            }
            let words = ScanSeverity.allCases.compactMap { severity in
                total[severity].map { "\($0) \(severity.rawValue)" }
            }
            return SecurityCheck(
                station: "scan",
                summary: "\(known) of \(reports.count) reports are current"
                    + (words.isEmpty ? "" : "; \(words.joined(separator: ", "))"), items: items, every: every)
        }
    }

    private let plan: ScanPlan
    private let folder: String
    private let clock: any Clock
    private let secret: @Sendable (Secret) throws -> String

    package init(
        plan: ScanPlan, journal: String, clock: any Clock,
        secret: @escaping @Sendable (Secret) throws -> String = { _ in throw SecurityError("secret", "none is known") }
    ) {
        self.plan = plan
        folder = "\(journal).scans"
        self.clock = clock
        self.secret = secret
    }

    /// What is kept of a report from one look to the next.
    private struct Memory: Codable {
        /// Which report it is of.
        var mark: String
        var keys: Set<String>
        /// The keys of the report before that one.
        var before: Set<String>?
    }

    /// Reads every report. Blocking.
    ///
    /// - Parameter failures: why commands left no report, by its name.
    package func take(failures: [String: String] = [:]) -> Survey {
        Survey(
            reports: plan.reports.map { source in
                var judged = judge(source)
                // The report before it may still be read; that no new one came is to be known all the same.
                if let failure = failures[source.name] {
                    judged.failure = failure
                    let verdict = max(judged.verdict, .warning)
                    judged.judgement?.verdict = verdict
                    judged.judgement?.text += "; no new report: \(failure)"
                }
                return judged
            })
    }

    private func judge(_ source: ScanSource) -> Judged {
        do throws(SecurityError) {
            let report = try ReportReader.read(source.file, format: source.format)
            let written = Timestamp(seconds: FileBytes.status(source.file)?.modified ?? 0)
            var keys = Set(report.findings.map(\.key))
            for port in report.openPorts where !source.expects(port) { keys.insert("\(port) open port") }
            let previous = remember(source, keys: keys, mark: "\(report.madeAt?.milliseconds ?? written.milliseconds)")
            return Judged(
                source: source,
                judgement: ScanJudgement(
                    report, previous: previous, written: written, source: source, accepted: plan.accepted,
                    now: clock.now().utc))
        } catch {
            return Judged(source: source, failure: error.description)
        }
    }

    /// Keeps a new report's findings for the next one.
    ///
    /// - Returns: those of the report before; nil where there is none.
    private func remember(_ source: ScanSource, keys: Set<String>, mark: String) -> Set<String>? {
        let path = "\(folder)/\(source.name).json"
        let memory = (try? FileBytes.read(path, limit: 16 << 20)).flatMap {
            try? JSONDecoder().decode(Memory.self, from: Data($0))
        }
        if let memory, memory.mark == mark { return memory.before }
        let new = Memory(mark: mark, keys: keys, before: memory?.keys)
        // Whoever may not write here looks all the same; what is new is then told by the engine.
        mkdir(folder, 0o750)
        if let data = try? JSONEncoder().encode(new) { try? FileBytes.write(Array(data), to: path) }
        return memory?.keys
    }

    // MARK: Commands

    /// Runs the command of each report that is due; each writes its file itself, or to standard output, which is then kept.
    ///
    /// - Returns: why commands left no report, by its name.
    package func runDueCommands(force: Bool = false) async -> [String: String] {
        var failures: [String: String] = [:]
        for source in plan.reports where !source.run.isEmpty {
            let age = FileBytes.status(source.file).map { clock.now().utc - Timestamp(seconds: $0.modified) }
            guard force || age == nil || age! >= source.every else { continue }
            failures[source.name] = await run(source)
        }
        return failures
    }

    /// - Returns: why it failed; nil where it left a report.
    private func run(_ source: ScanSource) async -> String? {
        let before = FileBytes.status(source.file)
        var secrets: [String: String] = [:]
        for (name, reference) in source.secrets {
            do { secrets[name] = try secret(reference) } catch { return "\(name): \(error)" }
        }
        // What a scanner keeps from one run to the next (Trivy's database, npm's cache) is nobody else's.
        let home = "\(folder)/home"
        mkdir(folder, 0o750)
        if mkdir(home, 0o700) != 0, errno != EEXIST { return "\(home): \(String(cString: strerror(errno)))" }
        let environment = ["PATH": Command.defaultPath, "HOME": home, "LC_ALL": "C.UTF-8"]
            .merging(source.environment) { $1 }.merging(secrets) { $1 }
        let failure = await run(source, environment, in: source.folder ?? home, before)
        // What a program says of its credentials is not told on.
        return failure.map { text in
            secrets.values.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "[secret]") }
        }
    }

    private func run(
        _ source: ScanSource, _ environment: [String: String], in folder: String,
        _ before: (modified: Int64, size: Int64, inode: UInt64, mode: UInt32, owner: UInt32)?
    ) async -> String? {
        do throws(WireError) {
            let result = try await Command.run(
                source.run, environment: environment, deadline: source.deadline.duration, outputLimit: 256 << 20,
                folder: folder)
            let after = FileBytes.status(source.file)
            if let after,
                after.modified != before?.modified || after.inode != before?.inode || after.size != before?.size
            {
                return nil
            }
            // npm audit exits 1 where it found something: the report counts, not the code.
            guard !result.standardOutput.bytes.isEmpty, !result.standardOutput.isTruncated else {
                return "\(source.run[0]) left no report (\(result.ending)): \(result.standardError.text.prefix(200))"
            }
            do throws(SecurityError) {
                try FileBytes.write(result.standardOutput.bytes, to: source.file)
            } catch {
                return error.description
            }
            return nil
        } catch {
            return error.description
        }
    }
}
