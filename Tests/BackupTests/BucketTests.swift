import Foundation
import Launch
import Synchronization
import Testing
import Wire

@testable import Actions

@Suite("copies in a bucket", .serialized)
struct BucketTests {
    /// Runs a test with a service, a client and a file of random bytes.
    private func withService(
        bytes count: Int = 300_000, keys: SigV4.Keys = S3Fake.keys,
        _ body: (S3Fake, S3Client, String, [UInt8]) async throws -> Void
    ) async throws {
        let fake = try S3Fake()
        let reactor = try Reactor()
        let file = "/tmp/guardia-s3-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        _ = FileManager.default.createFile(atPath: file, contents: Data(bytes))
        defer {
            unlink(file)
            fake.close()
            reactor.shutdown()
        }
        try await body(fake, fake.client(on: reactor, keys: keys), file, bytes)
    }

    private func read(_ client: S3Client, _ key: String) async throws -> [UInt8] {
        let bytes = Pieces()
        try await client.read(key) { bytes.add($0) }
        return bytes.all
    }

    @Test("a large file goes up in parts and comes back the same; keys may hold anything", .timeLimit(.minutes(1)))
    func parts() async throws {
        try await withService { fake, client, file, bytes in
            let key = "barber pro/ñandú + 'x' (1)&=?.dump"
            try await client.upload(file: file, to: key)
            #expect(fake.objects[key] == bytes && fake.puts == 5 && fake.openUploads == 0)
            #expect(try await read(client, key) == bytes)
            for number in 0..<5 { try await client.put([1], at: "barber pro/\(number)") }
            #expect(try await client.list("barber pro/").count == 6)
            try await client.remove(key)
            #expect(fake.objects[key] == nil)
        }
    }

    @Test("a limit of the line holds on the way there and on the way back", .timeLimit(.minutes(1)))
    func paced() async throws {
        try await withService { fake, _, file, bytes in
            let reactor = try Reactor()
            defer { reactor.shutdown() }
            let clock = RestingClock()
            let client = fake.client(on: reactor, timing: clock.timing)
            // 300,000 bytes at 100,000 a second are three seconds, whichever way, on a clock that only rests move.
            for rate: Int64? in [100_000, 600_000, nil] {
                let span = rate.map { Duration.seconds(300_000 / Double($0)) } ?? .zero
                var before = clock.rested
                try await client.upload(file: file, to: "x", rate: rate)
                #expect(clock.rested - before == span, "up at \(String(describing: rate))")
                before = clock.rested
                let pieces = Pieces()
                #expect(try await client.read("x", rate: rate) { pieces.add($0) } == 300_000)
                #expect(clock.rested - before == span && pieces.all == bytes, "down at \(String(describing: rate))")
                // A file of one part as well: many small ones are a large one.
                before = clock.rested
                try Data(bytes.prefix(50_000)).write(to: URL(fileURLWithPath: "\(file).small"))
                defer { unlink("\(file).small") }
                try await client.upload(file: "\(file).small", to: "small", rate: rate)
                #expect(
                    abs((clock.rested - before - span / 6) / .seconds(1)) < 0.001,
                    "a small one at \(String(describing: rate))")
            }
        }
    }

    @Test("what was read slowly by itself is not slowed down further, and a piece is a second's worth")
    func pace() {
        let begin = ContinuousClock.now
        var pace = TransferPace(rate: 1_000_000, from: begin)
        pace.take(500_000)
        #expect(pace.rest(at: begin) == .milliseconds(500))
        #expect(pace.rest(at: begin + .milliseconds(200)) == .milliseconds(300))
        #expect(pace.rest(at: begin + .seconds(2)) == .zero)
        #expect(pace.piece(atMost: 16 << 20) == 1_000_000)
        #expect(TransferPace(rate: 10, from: begin).piece(atMost: 16 << 20) == 64 << 10)
        #expect(TransferPace(rate: .max, from: begin).piece(atMost: 16 << 20) == 16 << 20)
        #expect(TransferPace(rate: nil, from: begin).rest(at: begin) == .zero)
    }

    @Test("the limit of the config is that of the copy, of its check and of a drill's fetch", .timeLimit(.minutes(1)))
    func limited() async throws {
        try await BackupLab.with { lab in
            let fake = try S3Fake()
            defer { fake.close() }
            let clock = RestingClock()
            let store = BackupStore(fake.client(on: lab.reactor, timing: clock.timing), prefix: "shop/")
            let plan = lab.plan { $0.limits.rate = 1 << 30 }
            let manifest = try await lab.backup(plan)
            let size = manifest.files.reduce(Int64(0)) { $0 + $1.bytes }
            let rate: Int64 = 10_000
            let span = Double(size) / Double(rate)
            _ = try await store.upload(manifest, from: BackupFolder(plan.folder), at: Timestamp(seconds: 0), rate: rate)
            // There, and read back.
            #expect(abs(clock.rested / .seconds(1) - 2 * span) < 0.01, "\(clock.rested) of \(span) s, twice")
            let before = clock.rested
            let folder = "\(plan.folder)/fetched"
            try #require(mkdir(folder, 0o700) == 0)
            try await store.fetch(manifest, into: folder, rate: rate)
            #expect(abs((clock.rested - before) / .seconds(1) - span) < 0.01)
        }
    }

    @Test("503 SlowDown is waited out", .timeLimit(.minutes(1)))
    func slowDown() async throws {
        try await withService { fake, client, file, bytes in
            fake.set(.init(slowDowns: 3))
            try await client.upload(file: file, to: "x")
            #expect(fake.objects["x"] == bytes)
            fake.set(.init(slowDowns: 100))
            let error = await #expect(throws: S3Error.self) { try await client.put([1], at: "y") }
            #expect(error?.kind == .transient && error?.reason.contains("SlowDown") == true)
        }
    }

    @Test("a connection that breaks half-way costs one part, up and down", .timeLimit(.minutes(1)))
    func broken() async throws {
        try await withService { fake, client, file, bytes in
            fake.set(.init(cuts: 2))
            try await client.upload(file: file, to: "x")
            #expect(fake.objects["x"] == bytes && fake.puts == 5)
            fake.set(.init(halves: 2))
            #expect(try await read(client, "x") == bytes)
        }
    }

    @Test("an upload that was broken off goes on behind the parts that arrived", .timeLimit(.minutes(1)))
    func resumed() async throws {
        try await withService { fake, client, file, bytes in
            let stop = Flag(false)
            await #expect(throws: S3Error.self) {
                try await client.upload(file: file, to: "x") { sent in
                    if sent >= 3 * 65_536 {
                        stop.set(true)
                        fake.set(.init(dead: true))
                    }
                }
            }
            #expect(stop.value && fake.objects["x"] == nil && fake.openUploads == 1)
            fake.set(.init())
            let before = fake.puts
            try await client.upload(file: file, to: "x")
            #expect(fake.puts - before == 2, "parts that were there were sent again")
            #expect(fake.objects["x"] == bytes)
        }
    }

    @Test(
        "a wrong key, a wrong secret and a wrong clock are told as that, and not tried again", .timeLimit(.minutes(1)))
    func refused() async throws {
        try await withService(keys: .init(id: "AKIDEXAMPLE", secret: "wrong")) { _, client, _, _ in
            let error = await #expect(throws: S3Error.self) { try await client.put([1], at: "x") }
            #expect(error?.kind == .denied && error?.reason.contains("SignatureDoesNotMatch") == true)
        }
        try await withService(keys: .init(id: "NOBODY", secret: "wrong")) { _, client, _, _ in
            let error = await #expect(throws: S3Error.self) { try await client.put([1], at: "x") }
            #expect(error?.kind == .denied && error?.description.contains("wrong") == false)
        }
        try await withService { fake, client, _, _ in
            fake.set(.init(skew: 3600))
            let error = await #expect(throws: S3Error.self) { try await client.put([1], at: "x") }
            guard case .skewed(let seconds?)? = error?.kind else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
            #expect((-3605 ... -3595).contains(seconds) && error?.reason.contains("behind") == true)
        }
    }

    @Test(
        "a backup goes to the bucket, is read back, and restores from there; what was spoiled there is found",
        .timeLimit(.minutes(1)))
    func whole() async throws {
        try await BackupLab.with { lab in
            let fake = try S3Fake()
            defer { fake.close() }
            let plan = lab.plan {
                $0.bucket = BucketPlan(
                    endpoint: "http://127.0.0.1:\(fake.port)", region: "sa-east-1", bucket: "backups", prefix: "shop/",
                    key: .environment(S3Fake.keys.id), secret: .environment(S3Fake.keys.secret), part: 5 << 20)
            }
            let manifest = try await lab.backup(plan)
            #expect(manifest.copies.map(\.place) == ["s3://backups/shop/"])
            #expect(fake.objects.count == 3)
            // The folder is lost.
            try FileManager.default.removeItem(atPath: plan.folder)
            let result = await lab.drill(plan)
            #expect(result.outcome == .done, "\(result.summary)")
            let key = "shop/\(manifest.data.name)"
            fake.set(.init(spoils: true))
            let client = fake.client(on: lab.reactor)
            try await client.put(fake.objects[key]!, at: key)
            fake.set(.init())
            let spoiled = await lab.drill(plan, .init(fromBucket: true))
            #expect(spoiled.outcome == .wentBack && spoiled.summary.contains("SHA-256"), "\(spoiled.summary)")
            // A service that keeps something else is noticed while the backup is taken; what is whole here stays.
            fake.set(.init(spoils: true))
            let failed = await BackupRun(lab.world(plan), reason: "").run()
            #expect(failed.outcome == .undecided && failed.summary.contains("not what was sent"), "\(failed.summary)")
            let newest = try #require(BackupFolder(plan.folder).manifests().good.first)
            #expect(newest.copies.isEmpty && failed.summary.hasPrefix(newest.name))
            var log = lab.log
            #expect(log.lastGood?.name == newest.name && log.failure?.event.backup == newest.name)
            // Later it is copied, and no new one is taken for it.
            fake.set(.init())
            let later = await BackupUpload(lab.world(plan)).run()
            #expect(later.outcome == .done && later.summary.hasPrefix("1 copied"), "\(later.summary)")
            log = lab.log
            #expect(log.failure == nil && log[newest.name]?.copies == ["s3://backups/shop/"])
            #expect(BackupFolder(plan.folder).manifests().good.first?.copies.count == 1)
            #expect(await BackupUpload(lab.world(plan)).run().summary == "everything is there")
            #expect(await lab.drill(plan, .init(fromBucket: true)).outcome == .done)
        }
    }

    @Test(
        "what is removed from the folder is removed from the bucket, with what never arrived whole",
        .timeLimit(.minutes(1)))
    func pruned() async throws {
        try await BackupLab.with { lab in
            let fake = try S3Fake()
            defer { fake.close() }
            let plan = lab.plan {
                $0.bucket = BucketPlan(
                    endpoint: "http://127.0.0.1:\(fake.port)", region: "sa-east-1", bucket: "backups", prefix: "shop/",
                    key: .environment(S3Fake.keys.id), secret: .environment(S3Fake.keys.secret), part: 5 << 20)
                $0.retention = RetentionPolicy(last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0)
            }
            let old = try await lab.backup(plan)
            // An upload of its data that was begun once more, and never ended.
            let client = fake.client(on: lab.reactor)
            _ = try? await client.beginUpload(of: "shop/\(old.data.name)")
            #expect(fake.openUploads == 1)
            let new = try await lab.backup(plan)
            let result = await BackupPrune(lab.world(plan), log: lab.log, zone: .utc).run()
            #expect(result.outcome == .done && result.summary == "1 removed, 1 kept", "\(result.summary)")
            #expect(fake.openUploads == 0)
            #expect(fake.objects.keys.allSatisfy { $0.hasPrefix("shop/\(new.name)") } && fake.objects.count == 3)
            #expect(files(in: plan.folder).allSatisfy { $0.hasPrefix(new.name) })
        }
    }

    static let motoServer: String? = try? Shell.run(["sh", "-c", "command -v moto_server"]).trimmingCharacters(
        in: .whitespacesAndNewlines)

    @Test(
        "another's S3 server takes the same requests", .timeLimit(.minutes(1)),
        .enabled(if: motoServer?.isEmpty == false))
    func moto() async throws {
        let port = 21_000 + Int(getpid()) % 9000
        let server = Process()
        server.executableURL = URL(fileURLWithPath: Self.motoServer ?? "")
        server.arguments = ["-H", "127.0.0.1", "-p", "\(port)"]
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            // It does not listen to SIGTERM.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let client = S3Client(
            .init(
                endpoint: "http://127.0.0.1:\(port)", region: "us-east-1", bucket: "backups", keys: S3Fake.keys,
                part: 5 << 20, attempts: 40, pause: .milliseconds(100)), on: reactor)
        try await client.makeBucket()
        let bytes = [UInt8](repeating: 7, count: 11 << 20)
        let file = "/tmp/guardia-moto-\(getpid())"
        _ = FileManager.default.createFile(atPath: file, contents: Data(bytes))
        defer { unlink(file) }
        try await client.upload(file: file, to: "a b/x+y.dump")
        #expect(try await read(client, "a b/x+y.dump") == bytes)
        #expect(try await client.list("a b/").map(\.bytes) == [Int64(bytes.count)])
        try await client.remove("a b/x+y.dump")
        #expect(try await client.list("a b/").isEmpty)
    }
}

/// Bytes that come in pieces.
private final class Pieces: @unchecked Sendable {
    private(set) var all: [UInt8] = []
    func add(_ bytes: [UInt8]) { all += bytes }
}

private final class Flag: @unchecked Sendable {
    private(set) var value: Bool
    init(_ value: Bool) { self.value = value }
    func set(_ value: Bool) { self.value = value }
}

/// A clock that only rests move: what is transferred takes no time of it.
private final class RestingClock: Sendable {
    private let begin = ContinuousClock.now
    private let span = Mutex(Duration.zero)

    var rested: Duration { span.withLock { $0 } }

    var timing: TransferTiming {
        TransferTiming(
            now: { self.begin + self.rested },
            sleep: { rest in self.span.withLock { $0 += rest } })
    }
}
