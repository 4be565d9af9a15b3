import Glibc
import Synchronization
import Testing
import Wire

/// An actor on the reactor, for tests of what only code there may do.
actor Pinned {
    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    init(_ reactor: Reactor) { self.reactor = reactor }

    func run<Result: Sendable>(_ body: @Sendable (isolated Pinned) async throws -> Result) async rethrows -> Result {
        try await body(self)
    }
}

extension Reactor {
    /// Runs something that must fail by its deadline, up to five times, and expects it to have ended once within 50 ms
    /// after it. A machine that is busy with other tests is late itself: how late, a thread tells that sleeps as long.
    ///
    /// - Returns: the last error.
    @discardableResult
    func expectFailure(
        by deadline: Duration = .milliseconds(300), sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (isolated Pinned) async throws -> Void
    ) async -> WireError? {
        var failure: WireError?
        var attempts: [String] = []
        for _ in 0..<5 {
            let sleeper = Sleeper(deadline)
            // On the reactor: on the cooperative pool other tests may be ahead of us.
            let (duration, error) = await Pinned(self).run { pinned in
                let start = ContinuousClock.now
                do {
                    try await body(pinned)
                    return (ContinuousClock.now - start, (any Error)?.none)
                } catch {
                    return (.now - start, error)
                }
            }
            failure = error as? WireError
            guard failure != nil else {
                Issue.record("not a WireError: \(String(describing: error))", sourceLocation: sourceLocation)
                return nil
            }
            if duration <= deadline + .milliseconds(50) { return failure }
            let slept = await sleeper.duration
            if duration <= slept + .milliseconds(50) { return failure }
            attempts.append("\(duration) (the sleeper \(slept))")
        }
        Issue.record("later than \(deadline) and 50 ms: \(attempts)", sourceLocation: sourceLocation)
        return failure
    }
}

/// How long a plain thread takes to sleep for a while.
private final class Sleeper: Sendable {
    private let measured = Mutex<Duration?>(nil)

    init(_ duration: Duration) {
        let start = ContinuousClock.now
        try? startThread { [self] in
            usleep(UInt32(duration / .microseconds(1)))
            measured.withLock { $0 = .now - start }
        }
    }

    var duration: Duration {
        get async {
            _ = await eventually { measured.withLock { $0 != nil } }
            return measured.withLock { $0 } ?? .zero
        }
    }
}

/// Runs a plain thread.
func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var id = pthread_t()
    let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
    }
    let code = pthread_create(&id, nil, main, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw SystemError(errno: code)
    }
    pthread_detach(id)
}

struct SystemError: Error {
    let errno: Int32
}

/// The error of something that must fail.
func wireError<Result>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Result
) async -> WireError? {
    do {
        _ = try await body()
        Issue.record("it succeeded", sourceLocation: sourceLocation)
    } catch let error as WireError {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
}

/// Waits for another thread or process to bring something about, up to a bound.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}

/// Makes a self-signed certificate for a name: `NAME.pem`, and `NAME.key`, which the folder's owner alone may read.
///
/// - Returns: the certificate's path.
func makeCertificate(for name: String, in files: String) async throws -> String {
    let made = try await Command.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "10", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout",
            "\(files)/\(name).key", "-out", "\(files)/\(name).pem",
        ], deadline: .seconds(30))
    try #require(made.isSuccess, "\(made.standardError.text)")
    for words in [
        ["chown", "--reference=\(files)", "\(files)/\(name).key"], ["chmod", "600", "\(files)/\(name).key"],
    ] {
        try #require(try await Command.run(words, deadline: .seconds(30)).isSuccess)
    }
    return "\(files)/\(name).pem"
}
