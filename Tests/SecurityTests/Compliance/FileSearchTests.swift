import Foundation
import Glibc
import Rehearsal
import Security
import Testing
import Wire

/// The search for card numbers in files: what is packed is opened, and what cannot be read is told.
@Suite struct FileSearchTests {
    private let lab: CertificateLab
    private static let card = "paid with 4111 1111 1111 1111\n"

    init() throws { lab = try CertificateLab() }

    private func search(_ paths: [String], for needle: String? = nil) async -> FileSearch {
        var search = FileSearch()
        await search.look(in: paths, for: needle.map { Array($0.utf8) })
        return search
    }

    private func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: lab.path(name), withIntermediateDirectories: true)
        return lab.path(name)
    }

    @Test(arguments: [["gzip", "-k"], ["zstd", "-q"], ["xz", "-k"], ["bzip2", "-k"], ["lz4", "-q", "-m"]])
    func aPackedFileIsOpened(_ packer: [String]) async throws {
        let filling = String(repeating: "nothing to see here\n", count: 20_000)
        for (name, text, cards) in [
            ("card", FileSearchTests.card, 1), ("late", filling + FileSearchTests.card, 1), ("clean", filling, 0),
            ("empty", "", 0),
        ] {
            let place = try folder("\(packer[0])-\(name)")
            let plain = try lab.write("\(packer[0])-\(name)/\(name).log", text)
            let packed = try await Command.run(packer + [plain], deadline: .seconds(30))
            try #require(packed.isSuccess, "\(packed.standardError.text)")
            try FileManager.default.removeItem(atPath: plain)
            let found = await search([place], for: "to see")
            #expect(found.cards == cards && found.files == 1 && found.isWhole, "\(packer) \(name): \(found)")
            #expect(found.secrets == (text.hasPrefix("nothing") ? 20_000 : 0))
            #expect(found.hits.isEmpty == (found.cards + found.secrets == 0))
        }
    }

    @Test func aPackedFileThatIsCutOffIsNotCountedAsRead() async throws {
        var random = SystemRandomNumberGenerator()
        let text = (0..<20_000).map { _ in String(random.next(), radix: 36) }.joined(separator: "\n")
        let plain = try lab.write("whole.log", text)
        let packed = try await Command.run(["gzip", plain], deadline: .seconds(30))
        try #require(packed.isSuccess)
        #expect(truncate(plain + ".gz", 50_000) == 0)
        let found = await search([plain + ".gz"])
        #expect(found.unread.count == 1 && !found.isWhole, "\(found)")
        #expect(found.unread.first?.contains("unexpected end of file") == true)
    }

    @Test func aFileWithinAFileIsOpened() async throws {
        let plain = try lab.write("inner.log", FileSearchTests.card)
        for packer in [["gzip", plain], ["zstd", "-q", "--rm", plain + ".gz"]] {
            try #require(try await Command.run(packer, deadline: .seconds(30)).isSuccess)
        }
        #expect(await search([plain + ".gz.zst"]).cards == 1)
    }

    @Test func whatCannotBeReadIsTold() async throws {
        let random = (0..<4096).map { _ in UInt8.random(in: 0...255) }
        for (name, bytes, word) in [
            ("a.zip", Array("PK\u{3}\u{4}".utf8) + random, "zip"),
            ("b.age", Array("age-encryption.org/v1\n-> X25519".utf8) + random, "encrypted (age)"),
            ("c.enc", Array("Salted__".utf8) + random, "encrypted"), ("d.bin", [0] + random, "binary"),
            ("e.utf16", Array("4111111111111111".utf16).flatMap { [UInt8($0), 0] }, "binary"),
            ("f.journal", Array("LPKSHHRH".utf8) + random, "journal"),
        ] {
            try Data(bytes).write(to: URL(fileURLWithPath: lab.path(name)))
            let found = await search([lab.path(name)])
            #expect(!found.isWhole && found.unread.count == 1, "\(name): \(found)")
            #expect(found.unread.first?.contains(word) == true, "\(found.unread)")
        }
        // What stands in it readable is found all the same.
        try Data([0, 1, 2] + Array(" 4111111111111111 ".utf8)).write(to: URL(fileURLWithPath: lab.path("g.bin")))
        #expect(await search([lab.path("g.bin")]).cards == 1)
        let tar = try await Command.run(
            ["tar", "-cf", lab.path("h.tar"), "-C", lab.folder, "g.bin"], deadline: .seconds(10))
        try #require(tar.isSuccess)
        let found = await search([lab.path("h.tar")])
        #expect(found.cards == 1 && found.unread.first?.contains("tar") == true, "\(found)")
    }

    @Test func nothingToLookAtIsNotNothingFound() async throws {
        let empty = try folder("empty")
        #expect(await search([empty]).unread == ["\(empty): no file is in it"])
        #expect(!(await search([]).isWhole))
        #expect(!(await search([lab.path("none")]).isWhole))
        mkfifo(lab.path("pipe"), 0o600)
        #expect(await search([lab.path("pipe")]).unread == ["\(lab.path("pipe")): neither a file nor a folder"])
    }

    @Test func aFolderThatMayNotBeEnteredIsTold() async throws {
        // Root may enter every folder: the walk is then made by somebody else (guardia as nobody: SecurityCommandTests).
        try #require(chmod(lab.folder, 0o755) == 0)
        let (open, closed) = (try folder("logs"), try folder("logs/closed"))
        _ = try lab.write("logs/a.log", "x\n")
        _ = try lab.write("logs/closed/b.log", FileSearchTests.card)
        try #require(chmod(closed, 0o000) == 0)
        defer { chmod(closed, 0o755) }
        let found = await search([open])
        if geteuid() == 0 {
            #expect(found.cards == 1 && found.isWhole)
        } else {
            #expect(found.files == 1 && found.unread == ["\(closed): Permission denied"])
        }
    }

    @Test func tooManyFilesAreTold() throws {
        for index in 0..<5 { _ = try lab.write("\(index).log", "x") }
        let walk = FileWalk([lab.folder], limit: 3)
        #expect(walk.files.count == 3 && walk.unread == ["more than 3 files"])
    }

    @Test func aDumpOfADatabaseIsOpened() async throws {
        let folder = try await PrivateFolder()
        do {
            let server = try await PostgresServer.start(in: folder)
            let environment = ["PATH": Command.defaultPath, "PGPASSWORD": server.password]
            let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "-U", "postgres"]
            func run(_ words: [String]) async throws {
                let result = try await Command.run(words, environment: environment, deadline: .seconds(60))
                try #require(result.isSuccess, "\(words): \(result.standardError.text)")
            }
            try await run(
                ["psql"] + place + [
                    "-qc",
                    "CREATE TABLE paid AS SELECT 'x' || n AS ref FROM generate_series(1, 20000) n; "
                        + "INSERT INTO paid VALUES ('4111111111111111')", "postgres",
                ])
            for (name, words) in [
                ("a.dump", ["-Fc"]), ("b.dump", ["-Fc", "-Z0"]), ("c.sql", []), ("d.folder", ["-Fd"]),
            ] {
                try await run(["pg_dump"] + place + words + ["-f", lab.path(name), "postgres"])
                let found = await search([lab.path(name)])
                #expect(found.cards == 1 && found.unread.isEmpty, "\(name): \(found)")
            }
            // As guardia's own backups are: squeezed afterwards.
            try await run(["zstd", "-q", lab.path("b.dump")])
            let squeezed = await search([lab.path("b.dump.zst")])
            #expect(squeezed.cards == 1 && squeezed.isWhole, "\(squeezed)")
            #expect(truncate(lab.path("a.dump"), 20_000) == 0)
            let cut = await search([lab.path("a.dump")])
            #expect(!cut.isWhole, "\(cut)")
            await server.stop()
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    @Test func aSearchThatIsCalledOffReadsNoMoreAndSaysSo() async throws {
        let path = try lab.write("a.log", "nothing here")
        let search = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var search = FileSearch()
            await search.look(in: [path])
            return search
        }.value
        #expect(search.files == 0 && search.unread == ["what was left when it was called off"])
    }
}
