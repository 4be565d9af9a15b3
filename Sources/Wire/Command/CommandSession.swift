import Glibc

/// A program that is kept running and asked line by line: each request is one line, each answer some lines of which the
/// asker knows the last.
///
/// One request at a time, in the order of asking. A request that fails ends the session: what comes afterwards could be the
/// answer to another. The program runs in a session of its own, with default signals, no descriptor and no environment of ours.
package actor CommandSession {
    package let target: String
    private let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let turn: Turn
    private let outputLimit: Int
    private var program: SessionProgram?
    /// What was read beyond the last answer; of a good program nothing.
    private var pending: [UInt8] = []
    private var complaint = CommandResult.Output()

    /// How much of what the program says on standard error is kept for the reason of a failure.
    private static let complaintLimit = 4096

    private init(_ program: SessionProgram, _ target: String, outputLimit: Int, on reactor: Reactor) {
        self.program = program
        self.target = target
        self.outputLimit = outputLimit
        self.reactor = reactor
        turn = Turn(on: reactor)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked up in the environment's PATH if it has no slash, and its arguments.
    ///   - target: what it is called in errors; nil: by its program.
    ///   - outputLimit: how long an answer may be, in bytes.
    package static func start(
        _ arguments: [String], environment: [String: String] = ["PATH": Command.defaultPath], target: String? = nil,
        outputLimit: Int = 256 << 10, on reactor: Reactor, deadline: Duration
    ) async throws(WireError) -> CommandSession {
        let target = target ?? arguments.first ?? "nothing"
        guard !arguments.isEmpty, !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw WireError(.invalid, "run", on: target, because: "no program, or an argument with a null byte")
        }
        let start = await SessionStart(arguments, environment).run(on: reactor, until: .now + deadline)
        switch (start.wake, start.outcome) {
        case (_, .success(let program)?): return CommandSession(program, target, outputLimit: outputLimit, on: reactor)
        case (_, .failure(let failure)?):
            let isOurs = [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(failure.code)
            throw WireError(
                isOurs ? .outOfResources : .invalid, "run", on: target, because: String(cString: strerror(failure.code))
            )
        case (.cancelled, nil): throw WireError(.cancelled, "run", on: target, because: "cancelled")
        case (_, nil): throw WireError(.timedOut, "run", on: target, because: "it did not start within the deadline")
        }
    }

    /// Whether the program runs and has said nothing that it was not asked.
    package var isUsable: Bool {
        guard let program, pending.isEmpty else { return false }
        return !program.hasOutputOrEnded
    }

    /// Sends a line and returns the lines of the answer.
    ///
    /// - Parameters:
    ///   - operation: what is done, for the error.
    ///   - isLast: whether a line ends an answer.
    /// - Throws: `WireError`; then the session is closed, and whether the program did what it was asked is not known. But
    ///   `.invalid` and an error before its turn came ask nothing and close nothing.
    package func ask(
        _ line: String, operation: String, deadline: Duration, isLast: @Sendable (String) -> Bool
    ) async throws(WireError) -> [String] {
        let end = ContinuousClock.now + deadline
        guard !line.utf8.contains(where: { $0 == 0x0a || $0 == 0 }) else {
            throw WireError(.invalid, operation, on: target, because: "a request is one line")
        }
        try await turn.take(operation, on: target, until: end)
        defer { turn.pass() }
        do throws(WireError) {
            try await send(Array("\(line)\n".utf8), operation, until: end)
            return try await receive(operation, until: end, isLast: isLast)
        } catch {
            stop(gently: false)
            throw error
        }
    }

    /// Lets the program come to its end by itself, for a second; then kills it.
    package func close() { stop(gently: true) }

    private func stop(gently: Bool) {
        program?.end(gently: gently)
        program = nil
    }

    private func send(_ bytes: [UInt8], _ operation: String, until end: ContinuousClock.Instant) async throws(WireError)
    {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let program else { throw ended(operation) }
            let count = rest.withUnsafeBytes { write(program.input, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try await wait(program.input, .write, operation, until: end)
            } else if errno != EINTR {
                throw ended(operation)
            }
        }
    }

    private func receive(
        _ operation: String, until end: ContinuousClock.Instant, isLast: @Sendable (String) -> Bool
    ) async throws(WireError) -> [String] {
        var lines: [String] = []
        var size = 0
        while true {
            while let newline = pending.firstIndex(of: 0x0a) {
                let line = String(decoding: pending[..<newline], as: UTF8.self)
                pending.removeSubrange(...newline)
                lines.append(line)
                if isLast(line) { return lines }
            }
            guard let program else { throw ended(operation) }
            var chunk = CommandResult.Output()
            let goesOn = program.output.drain(into: &chunk, upTo: outputLimit - size + 1)
            program.error.drain(into: &complaint, upTo: Self.complaintLimit)
            size += chunk.bytes.count
            guard size <= outputLimit, !chunk.isTruncated else {
                throw WireError(
                    .tooLarge, operation, on: target, because: "the answer has more than \(outputLimit) bytes")
            }
            pending += chunk.bytes
            if !goesOn, chunk.bytes.isEmpty { throw ended(operation) }
            if chunk.bytes.isEmpty { try await wait(program.output.read, .read, operation, until: end) }
        }
    }

    private func wait(
        _ descriptor: Int32, _ readiness: Readiness, _ operation: String, until end: ContinuousClock.Instant
    ) async throws(WireError) {
        switch await reactor.ready(descriptor, for: readiness, until: end) {
        case .ready, .finished: return
        case .timedOut: throw WireError(.timedOut, operation, on: target, because: "no answer within the deadline")
        case .cancelled: throw WireError(.cancelled, operation, on: target, because: "cancelled")
        }
    }

    private func ended(_ operation: String) -> WireError {
        program?.error.drain(into: &complaint, upTo: Self.complaintLimit)
        let words = complaint.text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
        return WireError(.closed, operation, on: target, because: words.isEmpty ? "it ended" : "it ended: \(words)")
    }
}
