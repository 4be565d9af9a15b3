import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The door's folder", .timeLimit(.minutes(1)))
struct DoorTests {
    @Test("what was opened is read back, and old splits stay")
    func roundTrip() async throws {
        try await withFolder { folder in
            let door = try Door.make(at: "\(folder.path)/door", Split(all: "blue"))
            #expect(door.state == .open(name: "0001", Split(all: "blue")))
            let canary = Split(live: "blue", canary: "green", share: 10)
            #expect(try door.open(canary) == "0002")
            #expect(door.state == .open(name: "0002", canary))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(door.folder)/splits").sorted() == [
                    "0001", "0002",
                ])
            try door.use("0001")
            #expect(door.state == .open(name: "0001", Split(all: "blue")))
        }
    }

    @Test("folders can be searched by nginx's worker, whatever our umask")
    func modes() async throws {
        try await withFolder { folder in
            let door = try Door.make(at: "\(folder.path)/door", Split(all: "blue"))
            for path in ["", "/splits", "/splits/0001", "/splits/0001/blue"] {
                var status = stat()
                #expect(stat(door.folder + path, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o755)
            }
        }
    }

    @Test("a link that is gone or dangles, and a slot without or with two colours, are a broken door")
    func brokenDoors() async throws {
        try await withFolder { folder in
            func door(_ name: String) throws -> Door { try Door.make(at: "\(folder.path)/\(name)", Split(all: "blue")) }
            func isBroken(_ door: Door, _ word: String) -> Bool {
                if case .broken(let reason) = door.state { reason.contains(word) } else { false }
            }
            let gone = try door("gone")
            unlink("\(gone.folder)/current")
            #expect(isBroken(gone, "missing"))

            let dangling = try door("dangling")
            try dangling.use("9999")
            #expect(isBroken(dangling, "9999"))

            let empty = try door("empty")
            unlink("\(empty.folder)/current/blue/42")
            #expect(isBroken(empty, "slot 42"))

            let double = try door("double")
            mkdir("\(double.folder)/current/green", 0o755)
            try Data().write(to: URL(filePath: "\(double.folder)/current/green/7"))
            #expect(isBroken(double, "slot 7"))
        }
    }
}
