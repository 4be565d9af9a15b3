import Glibc
package import Launch
import Wire

/// This machine's packages (Debian): security updates that wait, what holds them up, and whether they come by themselves.
package struct PackageSurvey: Hashable, Sendable {
    package struct Update: Hashable, Sendable {
        package var name: String
        package var from: String
        package var to: String
        package var isSecurity: Bool
    }

    package var updates: [Update] = []
    /// What an upgrade leaves as it is: what it needs would remove something, or is not there.
    package var keptBack: [String] = []
    package var held: [String] = []
    package var rebootRequired: Bool = false
    package var rebootPackages: [String] = []
    /// When the lists of packages were last fetched; nil: unknown.
    package var listsAge: Milliseconds?
    /// When unattended-upgrades last ran; nil: never, or it is not installed.
    package var unattendedAge: Milliseconds?
    package var hasUnattended = false
    /// Why unattended-upgrades is not started by apt's timers; nil: it is.
    package var unattendedIsOff: String?
    package var failure: String?

    package init() {}

    /// `Inst libssl3 [3.0.15-1] (3.0.19-1 Debian-Security:12/stable-security [amd64])`
    package static func updates(simulation: String) -> [Update] {
        simulation.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("Inst ") else { return nil }
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let open = words[2].firstIndex(of: "("), let close = words[2].lastIndex(of: ")"),
                open < close
            else { return nil }
            let from = words[2].firstIndex(of: "[").flatMap { start -> String? in
                guard start < open, let end = words[2][start...].firstIndex(of: "]") else { return nil }
                return String(words[2][words[2].index(after: start)..<end])
            }
            let inside = words[2][words[2].index(after: open)..<close]
            let to = inside.prefix { $0 != " " }
            return Update(
                name: String(words[1]), from: from ?? "", to: String(to),
                isSecurity: inside.lowercased().contains("security"))
        }
    }

    /// The packages that a simulated upgrade keeps back.
    package static func keptBack(simulation: String) -> [String] {
        let lines = simulation.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("The following packages have been kept back") }) else {
            return []
        }
        return lines[(start + 1)...].prefix { $0.hasPrefix(" ") }.flatMap { $0.split(separator: " ") }.map(String.init)
    }

    /// Takes up what an upgrade would do, and of what it keeps back, what only a full upgrade would: a package that waits for
    /// something to be removed waits all the same.
    package mutating func take(upgrade: String, full: String?) {
        updates = PackageSurvey.updates(simulation: upgrade)
        keptBack = PackageSurvey.keptBack(simulation: upgrade)
        let names = Set(keptBack)
        updates += full.map(PackageSurvey.updates)?.filter { names.contains($0.name) } ?? []
    }

    /// Why apt's timers do not start unattended-upgrades, by `apt-config dump`; nil: they do.
    ///
    /// `/usr/lib/apt/apt.systemd.daily` reads these: 0 or nothing is off, and the first turns everything off.
    package static func unattendedIsOff(configuration: String) -> String? {
        var values: [Substring: Substring] = [:]
        for line in configuration.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[parts[0]] = parts[1].drop { $0 == "\"" }.prefix { $0 != "\"" }
        }
        if values["APT::Periodic::Enable"] == "0" { return "APT::Periodic::Enable is 0" }
        for name in ["APT::Periodic::Unattended-Upgrade", "APT::Periodic::Update-Package-Lists"] {
            let value = values[Substring(name)] ?? ""
            // A number of days, with a unit or not, or `always`.
            if value.isEmpty || value.prefix(while: \.isNumber).allSatisfy({ $0 == "0" }) && value != "always" {
                return "\(name) is \(value.isEmpty ? "not set" : String(value))"
            }
        }
        return nil
    }

    /// What apt would do, told without doing it.
    private static func simulate(_ words: [String]) async throws(WireError) -> CommandResult {
        try await Command.run(
            [
                "apt-get", "-s", "-o", "Debug::NoLocking=true", "-o", "APT::Get::Show-User-Simulation-Note=false",
                // What is held would not be among them, and it is what nobody else installs.
                "--ignore-hold",
            ] + words, environment: environment, deadline: .seconds(60), outputLimit: 4 << 20)
    }

    private static let environment = ["PATH": Command.defaultPath, "LC_ALL": "C.UTF-8"]

    package static func take(clock: any Clock) async -> PackageSurvey {
        var survey = PackageSurvey()
        do throws(WireError) {
            // A kernel with a new ABI is a new package: without --with-new-pkgs it would be kept back, and not told.
            let result = try await simulate(["--with-new-pkgs", "upgrade"])
            guard result.isSuccess, !result.standardOutput.isTruncated else {
                survey.failure = "apt-get -s upgrade failed: \(result.standardError.text.prefix(200))"
                return survey
            }
            let upgrade = result.standardOutput.text
            let full = keptBack(simulation: upgrade).isEmpty ? nil : try await simulate(["dist-upgrade"])
            survey.take(upgrade: upgrade, full: full?.isSuccess == true ? full?.standardOutput.text : nil)
            let configuration = try await Command.run(
                ["apt-config", "dump"], environment: environment, deadline: .seconds(20), outputLimit: 4 << 20)
            survey.unattendedIsOff =
                configuration.isSuccess
                ? unattendedIsOff(configuration: configuration.standardOutput.text) : "apt-config does not answer"
            let held = try await Command.run(
                ["apt-mark", "showhold"], environment: environment, deadline: .seconds(20))
            survey.held = held.standardOutput.text.split(separator: "\n").map(String.init)
        } catch {
            survey.failure = "the packages cannot be looked at: \(error)"
            return survey
        }
        let now = clock.now().utc
        func age(_ path: String) -> Milliseconds? {
            FileBytes.status(path).map { now - Timestamp(seconds: $0.modified) }
        }
        survey.listsAge =
            age("/var/lib/apt/periodic/update-success-stamp") ?? age("/var/cache/apt/pkgcache.bin")
            ?? age("/var/lib/apt/lists")
        survey.hasUnattended = FileBytes.status("/usr/bin/unattended-upgrade") != nil
        survey.unattendedAge = age("/var/lib/apt/periodic/unattended-upgrades-stamp")
        survey.rebootRequired = FileBytes.status("/run/reboot-required") != nil
        if let bytes = try? FileBytes.read("/run/reboot-required.pkgs", limit: 64 << 10) {
            survey.rebootPackages = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return survey
    }

    private var unattendedItem: SecurityCheck.Item {
        guard hasUnattended else {
            return .init("unattended-upgrades", .warning, "not installed: nobody applies security updates")
        }
        let age = unattendedAge.map { $0.count / 86_400_000 }
        let ran = age.map { "last ran \($0) d ago" } ?? "has never run"
        if let reason = unattendedIsOff { return .init("unattended-upgrades", .warning, "off: \(reason); \(ran)") }
        return .init("unattended-upgrades", (age ?? 99) > 2 ? .warning : .ok, ran)
    }

    package func check(every: Milliseconds) -> SecurityCheck {
        var items: [SecurityCheck.Item] = []
        if let failure {
            items.append(.init("packages", .unknown, failure))
        } else {
            let security = updates.filter(\.isSecurity)
            items.append(
                .init(
                    "security updates", security.isEmpty ? .ok : .warning,
                    security.isEmpty
                        ? "none waits"
                        : "\(security.count) wait: \(security.prefix(8).map(\.name).joined(separator: ", "))",
                    number: Double(security.count)))
            let age = listsAge.map { $0.count / 86_400_000 }
            items.append(
                .init(
                    "package lists", age.map { $0 > 2 ? .unknown : .ok } ?? .unknown,
                    age.map { "fetched \($0) d ago" } ?? "nobody knows when they were fetched"))
            let stuck = security.filter { held.contains($0.name) }
            items.append(
                .init(
                    "held packages", stuck.isEmpty ? .ok : .warning,
                    held.isEmpty ? "none" : held.prefix(8).joined(separator: ", ")))
            if !keptBack.isEmpty {
                let isSecurity = security.contains { keptBack.contains($0.name) }
                // One that not even a full upgrade installs: whether it is a security update is not known.
                let isKnown = keptBack.allSatisfy { name in updates.contains { $0.name == name } }
                items.append(
                    .init(
                        "kept back", isSecurity ? .warning : isKnown ? .ok : .unknown,
                        "an upgrade leaves \(keptBack.prefix(8).joined(separator: ", "))"))
            }
            items.append(unattendedItem)
            items.append(
                .init(
                    "reboot", rebootRequired ? .warning : .ok,
                    rebootRequired ? "needed for \(rebootPackages.prefix(5).joined(separator: ", "))" : "not needed"))
        }
        return SecurityCheck(
            station: "packages", summary: items.first { $0.verdict > .ok }?.text ?? "no security update waits",
            items: items,
            every: every)
    }
}
