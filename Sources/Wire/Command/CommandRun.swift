import CLinux
import Glibc
import Synchronization

/// One run of a command, on a thread of its own: starting a program from a slow disk blocks, and nothing else waits for it
/// there.
final class CommandRun: Sendable {
    typealias Outcome = Result<CommandResult, WireError>
    typealias Waiter = CheckedContinuation<Outcome, Never>

    private let arguments: [String]
    private let environment: [String: String]
    private let input: [UInt8]?
    private let deadline: ContinuousClock.Instant
    private let outputLimit: Int
    private let folder: String?
    private let watch: (@Sendable ([UInt8]) -> Void)?
    /// A pipe: closing the end that is written makes the other readable.
    private let cancelled: Int32
    private let cancelling: Mutex<Int32?>
    private let waiter = Mutex<Waiter?>(nil)

    /// How long a program may take to end once it is told to.
    private static let grace = Duration.seconds(1)
    /// What a pipe holds (pipe(7)): it is written at once, whether or not the program ever reads.
    private static let largestInput = 64 << 10

    init(
        _ arguments: [String], _ environment: [String: String], input: [UInt8]? = nil,
        until deadline: ContinuousClock.Instant, outputLimit: Int, folder: String? = nil,
        watch: (@Sendable ([UInt8]) -> Void)? = nil
    ) throws(WireError) {
        guard !arguments.isEmpty, !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw WireError(
                .invalid, "run", on: arguments.first ?? "nothing",
                because: "no program, or an argument with a null byte")
        }
        guard input?.count ?? 0 <= CommandRun.largestInput else {
            throw WireError(
                .tooLarge, "run", on: arguments[0],
                because: "its input has more than \(CommandRun.largestInput) bytes")
        }
        self.input = input
        self.arguments = arguments
        self.environment = environment
        self.deadline = deadline
        self.outputLimit = outputLimit
        self.folder = folder
        self.watch = watch
        guard let pipe = Pipe() else {
            throw WireError(.outOfResources, "run", on: arguments[0], because: String(cString: strerror(errno)))
        }
        cancelled = pipe.read
        cancelling = Mutex(pipe.write)
    }

    deinit {
        cancel()
        close(cancelled)
    }

    func cancel() {
        cancelling.withLock {
            if let descriptor = $0 { close(descriptor) }
            $0 = nil
        }
    }

    func start(answering waiter: Waiter) {
        self.waiter.withLock { $0 = waiter }
        let argument = Unmanaged.passRetained(self)
        let code = guardia_start_thread(CommandRun.main, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            answer(.failure(error(.outOfResources, String(cString: strerror(code)))))
            return
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        Unmanaged<CommandRun>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }

    /// The first answer counts.
    private func answer(_ outcome: Outcome) {
        let waiter = waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume(returning: outcome)
    }

    private func error(_ kind: WireError.Kind, _ reason: String) -> WireError {
        WireError(kind, "run", on: arguments[0], because: reason)
    }

    // MARK: The thread

    private func run() {
        var child: ChildProcess
        do throws(ChildProcess.Failure) {
            child = try ChildProcess(arguments, environment, listens: input != nil, folder: folder)
        } catch {
            let isOurs = [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(error.code)
            answer(.failure(self.error(isOurs ? .outOfResources : .invalid, String(cString: strerror(error.code)))))
            return
        }
        if let input, !child.give(input) {
            answer(.failure(error(.outOfResources, "its input could not be handed over")))
            child.signalGroup(SIGKILL)
            _ = child.reap()
            return
        }
        var output = CommandResult.Output()
        var errors = CommandResult.Output()
        switch wait(for: child, &output, &errors, until: deadline) {
        case .ended:
            // What it wrote last, but nothing that a process in the background may still write.
            read(child.output, into: &output)
            read(child.error, into: &errors)
            let ending = child.reap()
            answer(.success(CommandResult(ending: ending, standardOutput: output, standardError: errors)))
            return
        case .cancelled: answer(.failure(error(.cancelled, "cancelled")))
        case .timedOut: answer(.failure(error(.timedOut, "it did not end within the deadline")))
        }
        child.signalGroup(SIGTERM)
        cancel()
        if wait(for: child, &output, &errors, until: .now + Self.grace) != .ended { child.signalGroup(SIGKILL) }
        _ = child.reap()
    }

    /// Reads what is there, and tells it.
    ///
    /// - Returns: false at the end of the stream.
    @discardableResult
    private func read(_ pipe: Pipe, into output: inout CommandResult.Output) -> Bool {
        let before = output.bytes.count
        let goesOn = pipe.drain(into: &output, upTo: outputLimit)
        if let watch, output.bytes.count > before { watch(Array(output.bytes[before...])) }
        return goesOn
    }

    private enum Wait {
        case ended, timedOut, cancelled
    }

    /// Reads what the program writes until it has ended.
    private func wait(
        for child: borrowing ChildProcess, _ output: inout CommandResult.Output, _ errors: inout CommandResult.Output,
        until deadline: ContinuousClock.Instant
    ) -> Wait {
        var entries = [child.handle, child.output.read, child.error.read, cancelled].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        if cancelling.withLock({ $0 == nil }), waiter.withLock({ $0 == nil }) { entries[3].fd = -1 }
        while true {
            let left = ContinuousClock.now.duration(to: deadline).components
            guard left.seconds >= 0, left.attoseconds >= 0 else { return .timedOut }
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1
            guard poll(&entries, nfds_t(entries.count), Int32(clamping: milliseconds)) > 0 else { continue }
            // A stream at its end stays readable: it is no longer asked.
            if entries[1].revents != 0, !read(child.output, into: &output) { entries[1].fd = -1 }
            if entries[2].revents != 0, !read(child.error, into: &errors) { entries[2].fd = -1 }
            if entries[0].revents != 0 { return .ended }
            if entries[3].revents != 0 { return .cancelled }
        }
    }
}
