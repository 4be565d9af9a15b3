import FoundationEssentials
import Testing

@testable import Rehearsal

@Suite("The log keeper")
struct LogKeeperTests {
    @Test("a long log is emptied, a short one and other files are not")
    func trims() async throws {
        try await withFolder { folder in
            for (name, size) in [("long.log", 200), ("short.log", 50), ("data", 200)] {
                try Data(repeating: 65, count: size).write(to: URL(filePath: "\(folder.path)/\(name)"))
            }
            LogKeeper(folder: folder.path, limit: 100).trim()
            #expect(fileSize("\(folder.path)/long.log") == 0)
            #expect(fileSize("\(folder.path)/short.log") == 50)
            #expect(fileSize("\(folder.path)/data") == 200)
        }
    }
}
