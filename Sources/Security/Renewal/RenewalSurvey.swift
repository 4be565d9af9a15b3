import Foundation
package import Launch
import Wire

/// How certbot's renewals go on this machine: what its configuration, its log and its timer say.
package struct RenewalSurvey: Hashable, Sendable {
    package struct Lineage: Hashable, Sendable {
        package var name: String
        package var notAfter: Timestamp?
        /// From when on certbot renews it.
        package var dueAt: Timestamp?
        package var hook: String?
        package var failure: String?
    }

    package struct Run: Hashable, Sendable {
        package var at: Timestamp
        package var isDryRun: Bool
        package var succeeded: Bool?
    }

    package var lineages: [Lineage] = []
    package var runs: [Run] = []
    package var hooks: [String] = []
    package var timer: (text: String, isActive: Bool?)?
    package var failure: String?
    private var plan: RenewalPlan
    private var now: Timestamp

    package static func == (left: RenewalSurvey, right: RenewalSurvey) -> Bool {
        left.lineages == right.lineages && left.runs == right.runs && left.hooks == right.hooks
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(lineages)
        hasher.combine(runs)
    }

    package static func take(_ plan: RenewalPlan, now: Timestamp) async -> RenewalSurvey {
        var survey = RenewalSurvey(plan: plan, now: now)
        let folder = "\(plan.folder)/renewal"
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".conf") }
                .sorted()
            survey.lineages = names.map { survey.lineage("\(folder)/\($0)", name: String($0.dropLast(5))) }
        } catch {
            survey.failure = "\(folder) cannot be read"
        }
        survey.hooks =
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(plan.folder)/renewal-hooks/deploy")) ?? [])
            .sorted()
        survey.readLogs()
        if let timer = plan.timer { await survey.ask(timer) }
        return survey
    }

    private init(plan: RenewalPlan, now: Timestamp) {
        self.plan = plan
        self.now = now
    }

    // MARK: Configuration

    private func lineage(_ path: String, name: String) -> Lineage {
        var lineage = Lineage(name: name)
        do throws(SecurityError) {
            let values = RenewalSurvey.values(try FileBytes.read(path, limit: 64 << 10))
            lineage.hook = values["renew_hook"] ?? values["deploy_hook"]
            let certificate = try CertificateReader.facts(
                pemFile: values["cert"] ?? "\(plan.folder)/live/\(name)/cert.pem")
            lineage.notAfter = certificate.notAfter
            // certbot's default since 0.9: 30 days before the end.
            let before = values["renew_before_expiry"].flatMap { text -> Int64? in
                let words = text.split(separator: " ")
                guard let count = words.first.flatMap({ Int64($0) }) else { return nil }
                return words.count > 1 && words[1].hasPrefix("hour") ? count * 3600 : count * 86_400
            }
            lineage.dueAt = certificate.notAfter + Milliseconds(-(before ?? 30 * 86_400) * 1000)
        } catch {
            lineage.failure = error.description
        }
        return lineage
    }

    /// The `key = value` lines of an INI file, sections apart.
    package static func values(_ bytes: [UInt8]) -> [String: String] {
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " }
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            values[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return values
    }

    // MARK: Log

    /// Upstream's certbot begins a new log with each run and numbers the old ones; Debian's goes on in one, which logrotate
    /// numbers.
    private mutating func readLogs() {
        for suffix in [""] + (1...60).map({ ".\($0)" }) {
            guard let bytes = try? FileBytes.read(plan.log + suffix, limit: 16 << 20) else { break }
            runs += RenewalSurvey.runs(log: bytes)
            if runs.contains(where: \.isDryRun), runs.contains(where: { !$0.isDryRun }) { break }
        }
    }

    /// The renewals that a log tells of, the newest first. The command's verb is not in it: a run counts as a renewal by what
    /// it says.
    package static func runs(log bytes: [UInt8]) -> [Run] {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        var runs: [Run] = []
        var current: [Substring] = []
        for line in lines {
            if line.contains(":certbot version: ") {
                if let run = run(current) { runs.append(run) }
                current = []
            }
            current.append(line)
        }
        if let run = run(current) { runs.append(run) }
        return runs.reversed()
    }

    private static let failures = [
        "simulated renewals failed", "renewals failed", "renew failure(s)", "Failed to renew certificate",
    ]
    private static let successes = [
        "renewals succeeded", "renewals were attempted", "not yet due for renewal", "not due for renewal",
        "no renewal failures",
    ]

    private static func run(_ lines: [Substring]) -> Run? {
        guard let arguments = lines.first(where: { $0.contains(":Arguments: ") }),
            let at = lines.lazy.reversed().compactMap(time).first
        else { return nil }
        var run = Run(at: at, isDryRun: arguments.contains("--dry-run"), succeeded: nil)
        if lines.contains(where: { line in failures.contains(where: line.contains) }) {
            run.succeeded = false
        } else if lines.contains(where: { line in successes.contains(where: line.contains) }) {
            run.succeeded = true
        } else {
            // Begun, and neither way told: it died, or still runs.
            guard lines.contains(where: { $0.contains("certificate is due for renewal") }) else { return nil }
        }
        return run
    }

    /// `2026-03-09 02:10:11,123:DEBUG:…`: certbot logs this machine's local time.
    private static func time(_ line: Substring) -> Timestamp? {
        let head = line.prefix(19)
        guard head.utf8.count == 19, head.utf8.dropFirst(4).first == 45, line.utf8.dropFirst(19).first == 44 else {
            return nil
        }
        var parts = tm()
        let numbers = head.split { !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 6 else { return nil }
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (numbers[3], numbers[4], numbers[5], -1)
        let seconds = mktime(&parts)
        return seconds == -1 ? nil : Timestamp(seconds: Int64(seconds))
    }

    // MARK: Timer

    private mutating func ask(_ name: String) async {
        guard FileBytes.status("/run/systemd/system") != nil else {
            timer = ("no systemd here: whether \(name) runs is not known", nil)
            return
        }
        let result = try? await Command.run(
            ["systemctl", "show", name, "--property=ActiveState,NextElapseUSecRealtime,LastTriggerUSec"],
            deadline: .seconds(5))
        guard let result, result.isSuccess else {
            timer = ("systemctl does not answer", nil)
            return
        }
        let values = RenewalSurvey.values(result.standardOutput.bytes)
        let isActive = values["ActiveState"] == "active"
        timer = (
            isActive
                ? "next \(values["NextElapseUSecRealtime"] ?? "?"), last \(values["LastTriggerUSec"] ?? "?")"
                : "\(name) is \(values["ActiveState"] ?? "not there"): nobody renews", isActive
        )
    }

    // MARK: What it means

    package func check(every: Milliseconds) -> SecurityCheck {
        var items: [SecurityCheck.Item] = []
        if let failure { items.append(.init("certbot", .unknown, failure)) }
        for lineage in lineages {
            guard let notAfter = lineage.notAfter, let dueAt = lineage.dueAt else {
                items.append(.init(lineage.name, .unknown, lineage.failure ?? "its certificate cannot be read"))
                continue
            }
            let late = Double((now - dueAt).count) / 86_400_000
            let left = Double((notAfter - now).count) / 86_400_000
            let verdict: Verdict = left < 7 ? .critical : late > 3 ? .warning : .ok
            let text =
                late > 0
                ? "due for renewal since \(Int(late)) d, \(Int(left.rounded(.down))) d left"
                : "renewed in \(Int((-late).rounded(.up))) d, \(Int(left.rounded(.down))) d left"
            items.append(.init(lineage.name, verdict, text, number: left))
            if lineage.hook == nil, hooks.isEmpty {
                items.append(
                    .init("\(lineage.name) hook", .warning, "no deploy hook: a renewed certificate is not reloaded"))
            }
        }
        if lineages.isEmpty, failure == nil {
            items.append(.init("certbot", .unknown, "it looks after no certificate here"))
        }
        if let run = runs.first(where: { !$0.isDryRun }) {
            let age = now - run.at
            let verdict: Verdict =
                run.succeeded == false
                ? .critical : age > plan.maximumAge ? .warning : run.succeeded == nil ? .unknown : .ok
            items.append(
                .init(
                    "last run", verdict,
                    "\(age.count / 3_600_000) h ago"
                        + (run.succeeded == false
                            ? ", and it failed" : run.succeeded == nil ? ", how it ended is not known" : "")))
        } else {
            items.append(.init("last run", .unknown, "no run is in \(plan.log)"))
        }
        if let run = runs.first(where: \.isDryRun) {
            let age = now - run.at
            let isOld = age > plan.maximumDryRunAge
            items.append(
                .init(
                    "dry run",
                    run.succeeded == false
                        ? .critical : isOld ? .warning : run.succeeded == true ? .ok : .unknown,
                    "\(age.count / 86_400_000) d ago"
                        + (run.succeeded == false
                            ? ", and it failed" : isOld ? ": too long ago (certbot renew --dry-run)" : "")))
        } else {
            items.append(
                .init(
                    "dry run", runs.isEmpty ? .unknown : .warning,
                    "none is in \(plan.log): certbot renew --dry-run shows that a renewal would go well"))
        }
        if let timer {
            items.append(.init("timer", timer.isActive.map { $0 ? .ok : .critical } ?? .unknown, timer.text))
        }
        return SecurityCheck(
            station: "renewal", summary: items.first { $0.verdict == Verdict.worst(items.map(\.verdict)) }?.text ?? "",
            items: items, every: every)
    }
}
