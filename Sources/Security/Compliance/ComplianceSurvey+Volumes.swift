import Launch
import Wire

extension ComplianceSurvey {
    /// Whether the volumes under some folders are encrypted.
    func volumes(_ volumes: [CompliancePlan.Volume]) async -> ComplianceFact {
        var (plain, unsure): ([String], [String]) = ([], [])
        for volume in volumes {
            let name = volume.on.isEmpty ? volume.path : "\(volume.path) (\(volume.on.joined(separator: " ")))"
            switch await seal(of: volume) {
            case .encrypted: break
            case .plain(let disk): plain.append("\(name) on \(disk)")
            case .unknown(let reason): unsure.append("\(name): \(reason)")
            }
        }
        if !plain.isEmpty {
            return fact(
                "volumes", .fails,
                "not encrypted by its own machine: \(plain.joined(separator: ", "))"
                    + (unsure.isEmpty ? "" : "; not known: \(unsure.joined(separator: ", "))"))
        }
        if !unsure.isEmpty { return fact("volumes", .unknown, unsure.joined(separator: ", ")) }
        return fact("volumes", .holds, "encrypted under \(volumes.map(\.path).joined(separator: ", "))")
    }

    private func seal(of volume: CompliancePlan.Volume) async -> VolumeSeal {
        func ask(_ words: [String]) async throws(WireError) -> CommandResult {
            try await Command.run(
                volume.on + words, environment: ["PATH": Command.defaultPath, "LC_ALL": "C.UTF-8"],
                deadline: .seconds(20), outputLimit: 1 << 20)
        }
        do throws(WireError) {
            let found = try await ask(["findmnt", "-J", "-o", "SOURCE,MAJ:MIN", "-T", volume.path])
            guard found.isSuccess, let mount = VolumeSeal.Mount(findmnt: found.standardOutput.bytes) else {
                return .unknown(reason("findmnt", found))
            }
            let devices = try await ask(["lsblk", "-s", "-J", "-o", "NAME,PATH,MAJ:MIN,TYPE"])
            guard devices.isSuccess else { return .unknown(reason("lsblk", devices)) }
            return VolumeSeal(mount, lsblk: devices.standardOutput.bytes)
        } catch {
            return .unknown(error.reason)
        }
    }

    private func reason(_ program: String, _ result: CommandResult) -> String {
        let said = result.standardError.text.prefix(120).split(separator: "\n").first.map(String.init) ?? ""
        return "\(program) says nothing (\(result.ending))" + (said.isEmpty ? "" : ": \(said)")
    }
}
