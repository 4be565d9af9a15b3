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
