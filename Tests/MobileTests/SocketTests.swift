import Foundation
import Glibc
import Launch
import Mobile
import Synchronization
import Testing

/// The Unix socket that the page is served on: who can connect to it, and whose it is.
@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    private let folder: String
    private var path: String { "\(folder)/m.sock" }

    init() throws {
        var template = Array("/tmp/guardia-mobile-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private final class Notes: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Runs the server until `body` returns.
    private func serving(_ body: (Notes) async throws -> Void) async throws {
        let notes = Notes()
        let desk = Browser().desk
        let plan = MobilePlan(listen: .socket(path: path), url: "https://guardia.example.com")
        let server = Task { await MobileServer(plan, desk: desk, note: notes.add).run() }
        do { try await body(notes) } catch {
            server.cancel()
            await server.value
            throw error
        }
        server.cancel()
        await server.value
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !condition(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(1)) }
        #expect(condition())
    }

    /// A socket that is bound and listened on by nobody.
    private func bindAbandoned() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    private func answer() throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(connected == 0, "\(String(cString: strerror(errno)))")
        let request = Array("GET / HTTP/1.1\r\nHost: guardia.example.com\r\nConnection: close\r\n\r\n".utf8)
        try #require(write(descriptor, request, request.count) == request.count)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test func nobodyButOwnerAndGroupCanConnectFromTheFirstMomentOn() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Of an engine that was killed.
        try bindAbandoned()
        let old = try #require(status(path)).st_ino
        try await serving { notes in
            try await eventually { status(path).map { $0.st_ino != old } ?? false }
            // It was moved there with its mode.
            #expect(try #require(status(path)).st_mode & 0o777 == 0o660)
            #expect(try answer().hasPrefix("HTTP/1.1 "))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["m.sock"])
            #expect(notes.all.isEmpty, "\(notes.all)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func anothersSocketAndAnothersFolderAreLeftAlone() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try bindAbandoned()
        try #require(chown(path, 65_534, 65_534) == 0)
        try await serving { notes in
            try await eventually { notes.all.contains { $0.contains("a socket of another user (65534)") } }
        }
        #expect(status(path)?.st_uid == 65_534)
        unlink(path)
        try #require(mkdir("\(path).d", 0o777) == 0 && chown("\(path).d", 65_534, 65_534) == 0)
        try await serving { notes in
            try await eventually { notes.all.contains { $0.contains("is not a folder of this user") } }
        }
        #expect(status(path) == nil)
        rmdir("\(path).d")
        _ = FileManager.default.createFile(atPath: path, contents: Data("kept".utf8))
        try await serving { notes in
            try await eventually { notes.all.contains { $0.contains("is there, and no socket") } }
        }
        #expect(FileManager.default.contents(atPath: path) == Data("kept".utf8))
    }
}
