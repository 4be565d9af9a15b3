import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Synchronization
import Testing
import Wire

@testable import Watch

@Suite struct HostProberTests {
    @Test func thisMachineBringsEveryMeasure() async throws {
        let lab = try ProbeLab()
        let prober = HostProber(HostTarget(), in: lab.context)
        _ = try await prober.measurements()
        (lab.context.clock as? ManualClock)?.advance(1000)
        let found = try await prober.measurements()
        let probe = Probe(name: "h", interval: 1000, deadline: 500, target: .host(HostTarget()))
        #expect(Set(found.keys) == Set(probe.measures.map(\.name)).subtracting(["up"]))
        #expect((1...100).contains(found["memory"].number ?? 0))
        #expect((0...100).contains(found["disk"].number ?? -1))
        #expect((0...100).contains(found["files"].number ?? -1))
    }

    @Test func missingMountIsAMissOfTheDiskAlone() async throws {
        let lab = try ProbeLab()
        let found = try await HostProber(HostTarget(mount: "/nowhere"), in: lab.context).measurements()
        #expect(found["disk"] == .missed("/nowhere: No such file or directory"))
        #expect(found["inodes"] == found["disk"])
        #expect(found["load"].number != nil)
    }
}

@Suite struct BlockingCallTests {
    @Test("a call that hangs ends by its deadline, and is not piled up")
    func hanging() async throws {
        let lab = try ProbeLab()
        let call = BlockingCall("statvfs of /dead", on: lab.reactor)
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let (read, write) = (ends[0], ends[1])
        let hang: @Sendable () -> Int = {
            var byte: UInt8 = 0
            return Glibc.read(read, &byte, 1)
        }
        await #expect(throws: ProbeFailure("statvfs of /dead: no answer within 50 ms")) {
            try await call.run(deadline: .milliseconds(50), hang)
        }
        await #expect(throws: ProbeFailure("statvfs of /dead still hangs")) {
            try await call.run(deadline: .seconds(10)) { 1 }
        }
        close(write)
        var answer: Int?
        for _ in 0..<1000 where answer == nil {
            answer = try? await call.run(deadline: .seconds(10)) { 7 }
            if answer == nil { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(answer == 7)
        close(read)
    }

    @Test func whatTheCallThrowsIsThrown() async throws {
        let lab = try ProbeLab()
        await #expect(throws: ProbeFailure("no")) {
            try await BlockingCall("x", on: lab.reactor).run(deadline: .seconds(10)) { throw ProbeFailure("no") }
        }
    }
}

@Suite struct ClockProberTests {
    private func lab(ahead seconds: Int64 = 0) throws -> ProbeLab {
        try ProbeLab(clock: ShiftedClock(seconds: seconds))
    }

    @Test func rightClockIsNotBlamed() async throws {
        let lab = try lab()
        try await withNginx("return 200 x;") { nginx async throws in
            let prober = ClockProber(ClockTarget(urls: ["http://127.0.0.1:\(nginx.port)/"]), in: lab.context)
            let found = try await prober.measurements()
            #expect(found["offset"] == .number(0))
            #expect([0, 1].contains(found["synchronised"].number ?? -1))
        }
    }

    @Test("a clock that is two minutes ahead is found out by HTTP and by SQL")
    func wrongClock() async throws {
        let lab = try lab(ahead: 120)
        try await withPrivateFolder { folder async throws in
            let nginx = try await NginxServer.start(in: folder) { port, _ in
                "server { listen 127.0.0.1:\(port); return 200 x; }"
            }
            let postgres = try await PostgresServer.start(in: folder)
            let database = PostgresTarget(
                host: postgres.socketFolder, port: Int(postgres.port), database: postgres.database, user: postgres.user)
            let both = ClockTarget(urls: ["http://127.0.0.1:\(nginx.port)/"], postgres: database, kernel: false)
            let prober = ClockProber(both, in: lab.context)
            let offset = try await prober.measurements()["offset"].number ?? 0
            #expect((119_000...120_500).contains(offset))
            // One reference is enough when the other is gone.
            await nginx.kill()
            let precise = try await prober.measurements()["offset"].number ?? 0
            #expect((119_900...120_100).contains(precise))
            await postgres.kill()
            #expect(await lab.expectEnd(of: prober) != nil)
        }
    }

    @Test func cachedAnswerIsNoReference() async throws {
        let lab = try lab()
        try await withNginx("add_header Age 30; return 200 x;") { nginx async throws in
            let prober = ClockProber(ClockTarget(urls: ["http://127.0.0.1:\(nginx.port)/"]), in: lab.context)
            #expect(try await prober.measurements()["offset"].reason?.contains("the answer is from a cache") == true)
        }
    }

    @Test func withoutAReferenceNothingIsClaimed() async throws {
        let lab = try lab()
        let found = try await ClockProber(ClockTarget(), in: lab.context).measurements()
        #expect(found["offset"] == .missed("no reference is configured"))
    }

    /// The system's clock, shifted.
    private struct ShiftedClock: Clock {
        var seconds: Int64
        func now() -> Moment {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let milliseconds = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
            return Moment(
                utc: Timestamp(milliseconds: milliseconds + seconds * 1000), uptime: Milliseconds(milliseconds),
                boot: BootID(rawValue: 1))
        }
    }
}

@Suite struct DoorProberTests {
    /// Makes a split of the first `share` slots to green, the rest to blue, and points the link at it.
    private func open(_ door: String, _ name: String, green share: Int) throws {
        let files = FileManager.default
        for slot in 0..<100 {
            let colour = "\(door)/splits/\(name)/\(slot < share ? "green" : "blue")"
            try files.createDirectory(atPath: colour, withIntermediateDirectories: true)
            #expect(files.createFile(atPath: "\(colour)/\(slot)", contents: nil))
        }
        #expect(symlink("splits/\(name)", "\(door)/current.next") == 0)
        #expect(rename("\(door)/current.next", "\(door)/current") == 0)
    }

    private func withDoor(_ body: (ProbeLab, String, DoorProber, NginxServer) async throws -> Void) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let door = "\(folder.path)/door"
            let nginx = try await NginxServer.start(in: folder) { port, _ in
                """
                map $colour $door { any "DOOR BROKEN"; default open; }
                server {
                    listen 127.0.0.1:\(port);
                    set $slot 7;
                    set $colour any;
                    if (-f \(door)/current/blue/$slot) { set $colour blue; }
                    if (-f \(door)/current/green/$slot) { set $colour green; }
                    location = /__guardia {
                        root \(door)/current;
                        return 200 "door=$door split=$realpath_root slot=$slot colour=$colour\\n";
                    }
                }
                """
            }
            let target = DoorTarget(
                url: "http://127.0.0.1:\(nginx.port)/__guardia", folder: door, colours: ["blue", "green"])
            try await body(lab, door, DoorProber(target, in: lab.context), nginx)
        }
    }

    @Test func splitAndSharesAreReadThroughNginx() async throws {
        try await withDoor { _, door, prober, _ async throws in
            try open(door, "0001", green: 0)
            #expect(
                try await prober.measurements() == [
                    "split": .text("0001"), "share.blue": .number(100), "share.green": .number(0),
                ])
            try open(door, "0002", green: 10)
            #expect(
                try await prober.measurements() == [
                    "split": .text("0002"), "share.blue": .number(90), "share.green": .number(10),
                ])
        }
    }

    @Test("a door that is broken, or that nginx does not read, is down")
    func broken() async throws {
        try await withDoor { lab, door, prober, nginx async throws in
            // Nothing there yet: nginx cannot resolve the split.
            let closed = await Result { try await prober.measurements() }
            if case .success(let found) = closed { #expect(found["up"] == .missed("DOOR BROKEN")) }
            try open(door, "0001", green: 50)
            #expect(try await prober.measurements()["up"] == nil)
            // A split without the slot that asks.
            #expect(unlink("\(door)/splits/0001/green/7") == 0)
            let found = try await prober.measurements()
            #expect(found["up"] == .missed("DOOR BROKEN"))
            #expect(found["split"] == .text("DOOR BROKEN"))
            // The link of another folder than the one that nginx reads.
            try open(door + "-2", "0009", green: 0)
            try open(door, "0003", green: 50)
            let target = DoorTarget(
                url: "http://127.0.0.1:\(nginx.port)/__guardia", folder: door + "-2", colours: ["blue", "green"])
            let other = try await DoorProber(target, in: lab.context).measurements()
            #expect(other["up"] == .missed("nginx reads the split 0003, the link shows 0009"))
            #expect(other["share.blue"] == other["up"])
            try await nginx.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
        }
    }

    @Test func strangeFoldersAreMissesOfTheShares() throws {
        let folder = "/tmp/guardia-door-\(UInt32.random(in: 0...UInt32.max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func reason() -> String? {
            do { _ = try DoorFolder(reading: folder, colours: ["blue", "green"]) } catch { return "\(error)" }
            return nil
        }
        #expect(reason() == "\(folder)/current is no link that can be read")
        try open(folder, "0001", green: 30)
        #expect(reason() == nil)
        #expect(FileManager.default.createFile(atPath: "\(folder)/splits/0001/blue/3", contents: nil))
        #expect(reason() == "\(folder)/splits/0001 gives a slot two colours")
        #expect(unlink("\(folder)/splits/0001/blue/3") == 0 && unlink("\(folder)/splits/0001/green/3") == 0)
        #expect(reason() == "\(folder)/splits/0001 gives 1 slots no colour")
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
