import Actions
import Foundation
import Launch
import Testing
import Wire

/// Backups that are not what they should be: each is found, with the table where it shows.
@Suite("damage", .serialized)
struct DamageTests {
    enum Damage: String, CaseIterable, Sendable {
        case cut, flipped, empty, missing, longer, swapped, swappedManifest, cutManifest, otherKey
    }

    @Test("every kind of damage is found, and named", .timeLimit(.minutes(2)))
    func every() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan()
            let first = try await lab.backup(plan)
            let second = try await lab.backup(plan)
            let kept = "\(lab.folder)/kept"
            try FileManager.default.copyItem(atPath: plan.folder, toPath: kept)
            for damage in Damage.allCases {
                try? FileManager.default.removeItem(atPath: plan.folder)
                try FileManager.default.copyItem(atPath: kept, toPath: plan.folder)
                var identity = lab.key
                try inflict(damage, first, second, in: plan.folder, lab, &identity)
                let changed = lab.plan { $0.identity = identity }
                let outcomes = try await BackupVerify(lab.world(changed), identity: nil).run([second.name])
                let outcome = try #require(outcomes.first)
                #expect(outcome.isDamaged, "\(damage) was not found: \(outcome.words)")
                switch damage {
                case .cut: #expect(outcome.words.contains("cut off"))
                case .empty: #expect(outcome.words.contains("empty"))
                case .flipped, .swapped: #expect(outcome.words.contains("SHA-256") || outcome.words.contains("bytes"))
                case .swappedManifest: #expect(outcome.words.contains("its manifest is that of"))
                case .cutManifest: #expect(outcome.words.contains("cannot be read"))
                default: #expect(!outcome.words.isEmpty)
                }
                // The drill finds it, too, and nothing is left.
                let result = await lab.drill(plan, .init(name: second.name, identity: identity))
                #expect(result.outcome != .done, "\(damage) restored")
                #expect(!files(in: lab.folder).contains { $0.hasPrefix("guardia-scratch-") })
            }
            // A key that somebody gave by hand and that does not fit condemns nothing.
            let told = lab.journal.backups.count
            let byHand = try await BackupVerify(lab.world(plan), identity: "\(lab.folder)/other-key").run([first.name])
            #expect(
                byHand.first?.trouble != nil && byHand.first?.isDamaged == false && lab.journal.backups.count == told)
            // The other one was never touched.
            let well = try await BackupVerify(lab.world(plan), identity: nil).run([first.name])
            #expect(well.first?.trouble == nil, "\(well)")
        }
    }

    private func inflict(
        _ damage: Damage, _ first: BackupManifest, _ second: BackupManifest, in folder: String, _ lab: BackupLab,
        _ identity: inout String
    ) throws {
        let file = "\(folder)/\(second.data.name)"
        let other = "\(folder)/\(first.data.name)"
        let manifest = "\(folder)/\(second.name).manifest.json"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        switch damage {
        case .cut: bytes = bytes.prefix(bytes.count * 2 / 3)
        case .flipped: bytes[bytes.count / 2] ^= 1
        case .empty: bytes = Data()
        case .longer: bytes += Data([1, 2, 3])
        case .missing: return try FileManager.default.removeItem(atPath: file)
        case .swapped: bytes = try Data(contentsOf: URL(fileURLWithPath: other))
        case .swappedManifest:
            try FileManager.default.removeItem(atPath: manifest)
            return try FileManager.default.copyItem(atPath: "\(folder)/\(first.name).manifest.json", toPath: manifest)
        case .cutManifest:
            let text = try Data(contentsOf: URL(fileURLWithPath: manifest))
            return try text.prefix(text.count / 2).write(to: URL(fileURLWithPath: manifest))
        case .otherKey:
            identity = "\(lab.folder)/other-key"
            if access(identity, F_OK) != 0 { try Shell.run(["age-keygen", "-o", identity]) }
            return
        }
        try bytes.write(to: URL(fileURLWithPath: file))
    }

    @Test("where every sum was made to fit, the table whose rows are others is still named", .timeLimit(.minutes(1)))
    func forged() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan {
                $0.encryption = .none
                $0.identity = nil
            }
            let manifest = try await lab.backup(plan)
            let file = "\(plan.folder)/\(manifest.data.name)"
            try Shell.run(["zstd", "-dq", file, "-o", "\(lab.folder)/raw"])
            var raw = try Data(contentsOf: URL(fileURLWithPath: "\(lab.folder)/raw"))
            let place = try #require(raw.range(of: Data("u1500@barberpro.ar".utf8)))
            raw[place.lowerBound] = UInt8(ascii: "x")
            try rewrite(raw, as: file, manifest, in: plan.folder, lab)
            var outcome = try #require(try await BackupVerify(lab.world(plan), identity: nil).run(nil).first)
            #expect(outcome.isDamaged && outcome.table == "public.users", "\(outcome)")
            #expect(outcome.words.contains("their content is another"))
            // And restored it is found by the comparison, with the same table.
            let result = await lab.drill(plan)
            #expect(result.outcome == .wentBack && result.summary.contains("public.users"))

            // A dump that ends within a table: pg_restore --list says nothing.
            let cut = raw.prefix(place.lowerBound)
            try rewrite(cut, as: file, manifest, in: plan.folder, lab)
            outcome = try #require(try await BackupVerify(lab.world(plan), identity: nil).run(nil).first)
            #expect(outcome.isDamaged && outcome.table == "public.users", "\(outcome)")
            #expect(outcome.words.contains("ends within its rows"))
            try cut.write(to: URL(fileURLWithPath: "\(lab.folder)/cut"))
            try Shell.run(["sh", "-c", "/usr/lib/postgresql/*/bin/pg_restore --list \(lab.folder)/cut"])
        }
    }

    /// Writes a dump in place of another, and makes the manifest's sums fit.
    private func rewrite(_ raw: Data, as file: String, _ manifest: BackupManifest, in folder: String, _ lab: BackupLab)
        throws
    {
        try raw.write(to: URL(fileURLWithPath: "\(lab.folder)/raw"))
        try Shell.run(["zstd", "-qf", "\(lab.folder)/raw", "-o", file])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        var forged = manifest
        forged.data.bytes = Int64(bytes.count)
        forged.data.sha256 = Hexadecimal.text(SHA256.hash([UInt8](bytes)))
        try JSONEncoder().encode(forged).write(to: URL(fileURLWithPath: "\(folder)/\(manifest.name).manifest.json"))
    }

    // MARK: Backups that come to nothing

    @Test("a full disk leaves nothing that is not whole", .timeLimit(.minutes(1)), .enabled(if: Tmpfs.isPossible))
    func fullDisk() async throws {
        try await BackupLab.with { lab in
            let folder = "\(lab.folder)/small"
            mkdir(folder, 0o700)
            try Shell.run(["mount", "-t", "tmpfs", "-o", "size=24k,mode=0700", "tmpfs", folder])
            defer { _ = try? Shell.run(["umount", folder]) }
            let plan = lab.plan {
                $0.folder = folder
                $0.limits.keepFree = 0
            }
            let result = await BackupRun(lab.world(plan), reason: "").run()
            #expect(result.outcome == .wentBack && result.summary.contains("No space left"), "\(result.summary)")
            #expect(files(in: folder).isEmpty)
        }
    }

    @Test("where too little would stay free it is refused, and nothing is written", .timeLimit(.minutes(1)))
    func headRoom() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.limits.keepFree = 1 << 60 }
            let result = await BackupRun(lab.world(plan), reason: "").run()
            #expect(result.outcome == .refused && result.summary.contains("to stay free"))
            #expect(files(in: plan.folder).isEmpty)
            guard case .failed(let failed)? = lab.journal.backups.last else { return #expect(Bool(false)) }
            #expect(failed.reason.contains("to stay free"))
        }
    }

    @Test(
        "one at a time: a second is refused and names the first; what the dead left is removed by name",
        .timeLimit(.minutes(1)))
    func twice() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan()
            let folder = BackupFolder(plan.folder)
            try folder.make()
            do {
                let lock = try folder.lock(for: ActionID("backup-first"), "backup")
                let result = await BackupRun(lab.world(plan), reason: "").run()
                #expect(result.outcome == .refused && result.summary.contains("backup-first"))
                withExtendedLifetime(lock) {}
            }
            do {
                let lock = try folder.lock(for: ActionID("drill-first"), "drill")
                let drill = await lab.drill(plan)
                #expect(drill.outcome == .refused && drill.summary.contains("drill-first"))
                withExtendedLifetime(lock) {}
            }

            for name in [
                "20261127T063000Z-shop-3f9a.dump.zst.age.partial", "20261127T063000Z-shop-3f9b.dump.zst.age",
                "notes.txt", "mine.partial",
            ] {
                try Data([1]).write(to: URL(fileURLWithPath: folder.file(name)))
            }
            _ = try await lab.backup(plan)
            let note = try #require(lab.journal.notes.first { $0.contains("that died") })
            #expect(note.contains("3f9a") && note.contains("3f9b") && !note.contains("notes"))
            #expect(files(in: plan.folder).contains("notes.txt") && files(in: plan.folder).contains("mine.partial"))
            #expect(!files(in: plan.folder).contains { $0.contains("3f9a") || $0.contains("3f9b") })
        }
    }

    @Test("data and manifest exchanged together are known by what the journal was told", .timeLimit(.minutes(1)))
    func exchanged() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.encryption = .none }
            let manifest = try await lab.backup(plan)
            // The enemy has his own backup of another content, whole in itself, and gives it the name of ours.
            try lab.sql("DELETE FROM users WHERE id > 100")
            let other = try await lab.backup(plan)
            let folder = BackupFolder(plan.folder)
            var forged = try String(contentsOfFile: folder.file("\(other.name).manifest.json"), encoding: .utf8)
            for file in other.files {
                let name = file.name.replacing(other.name, with: manifest.name)
                try Data(contentsOf: URL(fileURLWithPath: folder.file(file.name))).write(
                    to: URL(fileURLWithPath: folder.file(name)))
            }
            forged = forged.replacing(other.name, with: manifest.name)
            try forged.write(
                toFile: folder.file("\(manifest.name).manifest.json"), atomically: true, encoding: .utf8)
            let outcome = try #require(
                try await BackupVerify(lab.world(plan), identity: nil).run([manifest.name]).first)
            #expect(outcome.isDamaged && outcome.words.contains("the journal was told of"), "\(outcome.words)")
            let drill = await lab.drill(plan, .init(name: manifest.name))
            #expect(drill.outcome == .wentBack && drill.summary.contains("the journal was told of"))
            #expect(lab.log[manifest.name]?.isGood == false && lab.log.lastGood?.name == other.name)
        }
    }

    @Test("the last good one is never removed, though a newer one claims to be good", .timeLimit(.minutes(2)))
    func lastGood() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.retention = RetentionPolicy(last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0) }
            let old = try await lab.backup(plan)
            let middle = try await lab.backup(plan)
            let new = try await lab.backup(plan)
            func prune() -> BackupPrune { BackupPrune(lab.world(plan, .prune), log: lab.log, zone: .utc) }
            #expect(prune().decide().decisions.filter { !$0.goes }.map(\.name) == [new.name])
            // A dry run changes nothing.
            #expect(BackupFolder(plan.folder).manifests().good.count == 3)
            // The newest one's file is gone, and the next one's is spoiled in its middle, which no size shows.
            unlink(BackupFolder(plan.folder).file(new.data.name))
            #expect(prune().decide().decisions.first { $0.name == middle.name }?.reasons.contains("last good") == true)
            let file = BackupFolder(plan.folder).file(middle.data.name)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: file))
            let result = await prune().run()
            #expect(result.outcome == .done, "\(result.summary)")
            #expect(files(in: plan.folder).contains(old.data.name), "the only good one is gone")
            #expect(lab.log.lastGood?.name != middle.name && lab.log[middle.name]?.trouble != nil)
        }
    }

    @Test("programs of another major version are told before anything is read", .timeLimit(.minutes(1)))
    func versions() async throws {
        try await BackupLab.with { lab in
            let programs = "\(lab.folder)/programs"
            mkdir(programs, 0o755)
            let script = "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n"
            try script.write(toFile: "\(programs)/pg_dump", atomically: true, encoding: .utf8)
            chmod("\(programs)/pg_dump", 0o755)
            let old = lab.plan { $0.programs = programs }
            let refused = await BackupRun(lab.world(old), reason: "").run()
            #expect(refused.outcome == .refused && refused.summary.contains("are of 9"), "\(refused.summary)")
            // A backup of a newer server than this machine can restore.
            let plan = lab.plan()
            let manifest = try await lab.backup(plan)
            let file = BackupFolder(plan.folder).file("\(manifest.name).manifest.json")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing(manifest.serverVersion, with: "99.1").write(
                toFile: file, atomically: true, encoding: .utf8)
            let drill = await lab.drill(plan)
            #expect(drill.outcome == .refused && drill.summary.contains("install postgresql-99"), "\(drill.summary)")
            #expect(lab.log.lastGood?.name == manifest.name, "that says nothing against it")
        }
    }

    @Test("a drill does not fill the disk on which it works", .timeLimit(.minutes(1)))
    func drillRoom() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan()
            _ = try await lab.backup(plan)
            let tight = lab.plan { $0.limits.keepFree = 1 << 50 }
            let result = await lab.drill(tight)
            #expect(result.outcome == .refused && result.summary.contains("to stay free"), "\(result.summary)")
            #expect(!files(in: lab.folder).contains { $0.hasPrefix("guardia-scratch-") })
        }
    }

    @Test("called off half-way, it leaves nothing", .timeLimit(.minutes(1)))
    func calledOff() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.limits.rate = 20_000 }
            let work = Task { await BackupRun(lab.world(plan), reason: "").run() }
            while !files(in: plan.folder).contains(where: { $0.hasSuffix(".partial") }) {
                try await Task.sleep(for: .milliseconds(10))
            }
            work.cancel()
            #expect(await work.value.outcome == .wentBack)
            #expect(files(in: plan.folder).isEmpty)
        }
    }

    @Test("a server that is not there, or lets us not in, is told as that", .timeLimit(.minutes(1)))
    func unreachable() async throws {
        try await BackupLab.with { lab in
            let plan = lab.plan { $0.source.port = 1 }
            let result = await BackupRun(lab.world(plan), reason: "").run()
            #expect(result.outcome == .wentBack && files(in: plan.folder).isEmpty)
            // A role that may not read a table: pg_dump stops, and names it.
            let poor = lab.plan { $0.source.user = "app" }
            let denied = await BackupRun(lab.world(poor), reason: "").run()
            #expect(denied.outcome == .wentBack && denied.summary.contains("permission denied"), "\(denied.summary)")
            #expect(files(in: plan.folder).isEmpty)
        }
    }
}

enum Tmpfs {
    static let isPossible: Bool = {
        let folder = "/tmp/guardia-tmpfs-\(getpid())"
        mkdir(folder, 0o700)
        defer { rmdir(folder) }
        guard (try? Shell.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder])) != nil else { return false }
        return (try? Shell.run(["umount", folder])) != nil
    }()
}
