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
    package var held: [String] = []
    package var rebootRequired: Bool = false
    package var rebootPackages: [String] = []
    /// When the lists of packages were last fetched; nil: unknown.
    package var listsAge: Milliseconds?
    /// When unattended-upgrades last ran; nil: never, or it is not installed.
    package var unattendedAge: Milliseconds?
    package var hasUnattended = false
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

    package static func take(clock: any Clock) async -> PackageSurvey {
        var survey = PackageSurvey()
        let environment = ["PATH": Command.defaultPath, "LC_ALL": "C.UTF-8"]
        do throws(WireError) {
            let result = try await Command.run(
                [
                    "apt-get", "-s", "-o", "Debug::NoLocking=true", "-o", "APT::Get::Show-User-Simulation-Note=false",
                    // What is held would not be among them, and it is what nobody else installs.
                    "--ignore-hold", "upgrade",
                ],
                environment: environment, deadline: .seconds(60), outputLimit: 4 << 20)
            guard result.isSuccess, !result.standardOutput.isTruncated else {
                survey.failure = "apt-get -s upgrade failed: \(result.standardError.text.prefix(200))"
                return survey
            }
            survey.updates = updates(simulation: result.standardOutput.text)
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
            let unattended = unattendedAge.map { $0.count / 86_400_000 }
            items.append(
                .init(
                    "unattended-upgrades", !hasUnattended ? .warning : (unattended ?? 99) > 2 ? .warning : .ok,
                    !hasUnattended
                        ? "not installed: nobody applies security updates"
                        : unattended.map { "last ran \($0) d ago" } ?? "has never run"))
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
