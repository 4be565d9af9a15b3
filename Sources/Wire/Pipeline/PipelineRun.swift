import CLinux
import Glibc
import Synchronization

/// One run of a pipeline. ``perform()`` blocks, on a thread that is made for it.
final class PipelineRun: Sendable {
    private let source: Pipeline.Source
    private let stages: [Pipeline.Stage]
    private let sink: Pipeline.Sink
    private let deadline: Duration

    private struct State {
        var children: [Child] = []
        /// Each with the stage that it happened at.
        var failures: [(stage: Int, failure: Pipeline.Failure)] = []
        var pumps = 0
        var isCancelled = false
        var isEnding = false
    }
    private let state = Mutex(State())
    /// A pipe whose end closes when the last pump is done, or the run is called off.
    private let news = Mutex<Int32>(-1)

    private struct Child {
        var stage: Int
        var name: String
        var pid: pid_t
        var handle: Int32
        var errors: Int32
        var hasEnded = false
    }

    /// How long programs may take to end once they are told to, in milliseconds.
    private static let grace: Int32 = 2000

    init(source: Pipeline.Source, stages: [Pipeline.Stage], sink: Pipeline.Sink, deadline: Duration) {
        self.source = source
        self.stages = stages
        self.sink = sink
        self.deadline = deadline
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
        wake()
    }

    private func wake() {
        news.withLock { if $0 >= 0 { _ = Glibc.write($0, [0], 1) } }
    }

    private func fail(_ failure: Pipeline.Failure, at stage: Int) {
        state.withLock { $0.failures.append((stage, failure)) }
        wake()
    }

    /// What pulled the rest down: a stage that ends early makes all behind it miss something, and all before it write into
    /// nothing. So it is the first in the row, save those that only could not write.
    private static func cause(of failures: [(stage: Int, failure: Pipeline.Failure)]) -> Pipeline.Failure? {
        let sorted = failures.sorted { $0.stage < $1.stage }.map(\.failure)
        return sorted.first { !$0.isEffect } ?? sorted.first
    }

    // MARK: Running

    func perform() -> Pipeline.Failure? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return system(.notStarted, "pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        news.withLock { $0 = ends[1] }
        defer {
            news.withLock {
                close($0)
                $0 = -1
            }
            close(ends[0])
        }
        if let (stage, failure) = start() {
            fail(failure, at: stage)
            end(signal: SIGKILL)
        }
        wait(ends[0])
        let (children, failures, isCancelled) = state.withLock { ($0.children, $0.failures, $0.isCancelled) }
        defer {
            for child in children {
                close(child.handle)
                close(child.errors)
            }
        }
        if isCancelled { return Pipeline.Failure(kind: .cancelled, part: "", reason: "cancelled") }
        return Self.cause(of: failures)
    }

    /// Makes the pipes and starts programs and pumps.
    private func start() -> (stage: Int, failure: Pipeline.Failure)? {
        var input: Int32
        switch source {
        case .nothing: input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        // A pipe that somebody put there is not waited for.
        case .file(let path): input = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        }
        guard input >= 0 else { return (0, system(.read, sourceName)) }
        for (index, stage) in stages.enumerated() {
            let isLast = index == stages.count - 1
            var output: Int32 = -1
            var next: Int32 = -1
            if isLast {
                switch sink {
                case .nothing:
                    if case .program = stage { output = open("/dev/null", O_WRONLY | O_CLOEXEC) }
                case .file(let path):
                    output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
                    guard output >= 0 else {
                        defer { close(input) }
                        return (index, system(.write, path))
                    }
                }
            } else {
                var ends: [Int32] = [-1, -1]
                guard pipe(&ends) == 0 else {
                    defer { close(input) }
                    return (index, system(.notStarted, "pipe"))
                }
                for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                // Fewer turns between the programs; where the bound of the user's pipes is reached it stays at 64 KiB.
                _ = fcntl(ends[1], guardia_f_setpipe_sz, 1 << 20)
                (next, output) = (ends[0], ends[1])
            }
            switch stage {
            case .program(let program):
                let failure = spawn(program, at: index, input: input, output: output)
                close(input)
                close(output)
                if let failure {
                    if next >= 0 { close(next) }
                    return (index, failure)
                }
            case .tap(let tap): pump(at: index, from: input, through: tap, to: output)
            }
            input = next
        }
        return nil
    }

    private var sourceName: String { if case .file(let path) = source { path } else { "/dev/null" } }
    private var sinkName: String { if case .file(let path) = sink { path } else { "" } }

    private func system(_ kind: Pipeline.Failure.Kind, _ part: String) -> Pipeline.Failure {
        let code = errno
        return Pipeline.Failure(kind: kind, part: part, reason: String(cString: strerror(code)), code: code)
    }

    private func spawn(
        _ program: Pipeline.Program, at stage: Int, input: Int32, output: Int32
    ) -> Pipeline.Failure? {
        let errors = memfd_create("guardia-errors", 1 /* MFD_CLOEXEC */)
        guard errors >= 0 else { return system(.notStarted, program.name) }
        var pid: pid_t = 0
        let code = PipelineProgram.spawn(
            &pid, program.words, program.environment, input: input, output: output, errors: errors)
        guard code == 0 else {
            close(errors)
            return Pipeline.Failure(
                kind: .notStarted, part: program.words.first ?? "", reason: String(cString: strerror(code)), code: code)
        }
        let child = Child(stage: stage, name: program.name, pid: pid, handle: pidfd_open(pid, 0), errors: errors)
        state.withLock { $0.children.append(child) }
        return nil
    }

    // MARK: Pumps

    /// Takes bytes from one descriptor through a tap to another, on a thread of its own; closes both.
    private func pump(at stage: Int, from input: Int32, through tap: any Tap, to output: Int32) {
        state.withLock { $0.pumps += 1 }
        let isFile = output >= 0 && !sinkName.isEmpty && stage == stages.count - 1
        let isStarted = DetachedThread.start { [self] in
            let failure = carry(from: input, through: tap, to: output, isFile: isFile)
            close(input)
            let isClosed = output < 0 || close(output) == 0
            if let failure = failure ?? (isClosed ? nil : system(.write, sinkName)) { fail(failure, at: stage) }
            state.withLock { $0.pumps -= 1 }
            wake()
        }
        guard !isStarted else { return }
        close(input)
        if output >= 0 { close(output) }
        state.withLock { $0.pumps -= 1 }
        fail(Pipeline.Failure(kind: .notStarted, part: "", reason: "no thread to run it on"), at: stage)
    }

    private func carry(from input: Int32, through tap: any Tap, to output: Int32, isFile: Bool) -> Pipeline.Failure? {
        let size = 1 << 18
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(input, buffer.baseAddress, size)
            if count < 0 {
                if errno == EINTR { continue }
                return system(.read, sourceName)
            }
            if count == 0 { break }
            if state.withLock({ $0.isEnding }) { return nil }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            do { try tap.take(bytes) } catch { return refusal(by: tap, error) }
            guard output >= 0 else { continue }
            var written = 0
            while written < count {
                let more = Glibc.write(output, buffer.baseAddress.unsafelyUnwrapped + written, count - written)
                if more < 0 {
                    if errno == EINTR { continue }
                    return system(.write, isFile ? sinkName : "the next program")
                }
                written += more
            }
        }
        if isFile, fsync(output) != 0 { return system(.write, sinkName) }
        if state.withLock({ $0.isEnding }) { return nil }
        do { try tap.finish() } catch { return refusal(by: tap, error) }
        return nil
    }

    private func refusal(by tap: any Tap, _ error: any Error) -> Pipeline.Failure {
        Pipeline.Failure(kind: .tap, part: "", reason: String(describing: error), cause: error)
    }

    // MARK: The end

    /// Waits for all programs and pumps. What fails lets go of its pipes, and so ends the rest; what does not notice is told.
    private func wait(_ news: Int32) {
        let end = ContinuousClock.now + deadline
        var signals = [SIGTERM, SIGKILL]
        while true {
            let (children, pumps, hasFailed, isCancelled) = state.withLock {
                ($0.children, $0.pumps, !$0.failures.isEmpty, $0.isCancelled)
            }
            let living = children.indices.filter { !children[$0].hasEnded }
            if living.isEmpty, pumps == 0 { return }
            let left = ContinuousClock.now.duration(to: end)
            if left <= .zero, !hasFailed, !isCancelled {
                fail(Pipeline.Failure(kind: .timedOut, part: "", reason: "it did not end within its deadline"), at: -1)
                continue
            }
            if isCancelled || left <= .zero, signals.count == 2 { self.end(signal: signals.removeFirst()) }
            var entries = living.map { pollfd(fd: children[$0].handle, events: Int16(POLLIN), revents: 0) }
            entries.append(pollfd(fd: news, events: Int16(POLLIN), revents: 0))
            let isEnding = hasFailed || isCancelled
            let milliseconds = isEnding ? Self.grace : Int32(clamping: Int64(left / .milliseconds(1)) + 1)
            let ready = poll(&entries, nfds_t(entries.count), milliseconds)
            if ready == 0, isEnding { self.end(signal: signals.isEmpty ? SIGKILL : signals.removeFirst()) }
            if entries[living.count].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 256)
                _ = Glibc.read(news, &bytes, bytes.count)
            }
            for (entry, index) in zip(entries, living) where entry.revents != 0 { reap(index) }
        }
    }

    private func reap(_ index: Int) {
        let child = state.withLock { $0.children[index] }
        var status: Int32 = 0
        while waitpid(child.pid, &status, 0) == -1, errno == EINTR {}
        state.withLock { $0.children[index].hasEnded = true }
        let signal = status & 0x7f
        let code = status >> 8 & 0xff
        // Ended by us is no failure of its own.
        guard signal != 0 || code != 0, signal == 0 || !state.withLock({ $0.isEnding }) else { return }
        if signal == SIGPIPE {
            fail(
                Pipeline.Failure(
                    kind: .write, part: child.name, reason: "the next program ended before it was done", code: EPIPE),
                at: child.stage)
            return
        }
        let ending = signal == 0 ? "exit code \(code)" : "signal \(signal)"
        let said = lastWords(of: child)
        fail(
            Pipeline.Failure(kind: .program, part: child.name, reason: said.isEmpty ? "it ended with \(ending)" : said),
            at: child.stage)
    }

    private func lastWords(of child: Child) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(child.errors, &bytes, bytes.count, 0)
        guard count > 0 else { return "" }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        // What age adds to each error of its own is no news.
        return lines.filter { !$0.hasPrefix("age: report unexpected") }.prefix(3).joined(separator: " ")
    }

    private func end(signal: Int32) {
        let children = state.withLock { state in
            state.isEnding = true
            return state.children.filter { !$0.hasEnded }
        }
        for child in children { kill(-child.pid, signal) }
    }
}
