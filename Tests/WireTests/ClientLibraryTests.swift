import CLibrary
import Testing
import Wire

/// Libraries that are opened when they are first needed.
struct ClientLibraryTests {
    /// Opens a library and looks for names; what is missing, in words.
    private func missing(_ file: String, _ names: [StaticString], _ found: inout [UnsafeMutableRawPointer?]) -> String?
    {
        let texts: [UnsafePointer<CChar>?] = names.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        found = Array(repeating: nil, count: names.count)
        return guardia_library_open(file, texts, &found, names.count).map { String(cString: $0) }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        var found: [UnsafeMutableRawPointer?] = []
        let words = missing("libguardia-nowhere.so.9", ["nothing"], &found)
        #expect(words?.contains("libguardia-nowhere.so.9") == true, "\(words ?? "")")
    }

    @Test func aFunctionThatTheLibraryLacksIsNamed() {
        var found: [UnsafeMutableRawPointer?] = []
        let words = missing("libpq.so.5", ["PQstatus", "PQhoroscope"], &found)
        #expect(words?.contains("PQhoroscope") == true, "\(words ?? "")")
        #expect(missing("libpq.so.5", ["PQstatus", "PQfinish"], &found) == nil)
        #expect(found.count == 2 && !found.contains(nil) && found[0] != found[1])
    }

    @Test(arguments: [ClientLibrary.curl, .libpq]) func openingOneTwiceIsOpeningItOnce(library: ClientLibrary)
        async throws
    {
        // As a rollback does: beside whoever needs it first.
        ClientLibrary.prepareReactor()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try library.open() } }
            try await group.waitForAll()
        }
        try library.open()
    }
}
