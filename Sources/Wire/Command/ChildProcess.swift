import CLinux
import Glibc

/// A program that was started in a session of its own, and the pipes to it.
struct ChildProcess: ~Copyable {
    private let pid: pid_t
    /// A pidfd: readable once the process has ended.
    let handle: Int32
    let output: Pipe
    let error: Pipe
    /// Nil where it reads from nothing.
    private(set) var input: Pipe?

    struct Failure: Error {
        let code: Int32
    }

    /// - Parameters:
    ///   - listens: whether there is something for it to read.
    ///   - folder: where it runs; nil: where we do.
    init(
        _ arguments: [String], _ environment: [String: String], listens: Bool = false, folder: String? = nil
    ) throws(Failure) {
        guard let program = ProcessSpawn.path(of: arguments[0], in: environment["PATH"] ?? Command.defaultPath) else {
            throw Failure(code: ENOENT)
        }
        guard let output = Pipe() else { throw Failure(code: errno) }
        guard let error = Pipe() else {
            let code = errno
            output.closeBoth()
            throw Failure(code: code)
        }
        let input = listens ? Pipe(ours: .write) : nil
        guard input != nil || !listens else {
            let code = errno
            output.closeBoth()
            error.closeBoth()
            throw Failure(code: code)
        }
        var pid: pid_t = 0
        let code = ProcessSpawn.spawn(
            &pid, program, arguments, environment, input: input?.read, output: output.write, errors: error.write,
            folder: folder)
        close(output.write)
        close(error.write)
        if let input { close(input.read) }
        guard code == 0 else {
            close(output.read)
            close(error.read)
            if let input { close(input.write) }
            throw Failure(code: code)
        }
        self.input = input
        self.pid = pid
        self.output = output
        self.error = error
        handle = pidfd_open(pid, 0)
    }

    deinit {
        close(handle)
        close(output.read)
        close(error.read)
        if let input { close(input.write) }
    }

    /// Hands over all that it will ever read, which a pipe must hold: nobody waits for it to read.
    ///
    /// - Returns: whether it has it, or has ended before it read it.
    mutating func give(_ bytes: [UInt8]) -> Bool {
        guard let input else { return false }
        defer { closeInput() }
        var given = 0
        while given < bytes.count {
            let count = bytes.withUnsafeBytes { write(input.write, $0.baseAddress! + given, $0.count - given) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE { return true }
            guard count > 0 else { return false }
            given += count
        }
        return true
    }

    /// Ends what it reads: a program that reads to the end comes to its own.
    mutating func closeInput() {
        if let input { close(input.write) }
        input = nil
    }

    /// Before `reap()`, after which the number may be another's.
    func signalGroup(_ signal: Int32) { kill(-pid, signal) }

    /// Waits for the end, which has come or is about to, and lets go of the process.
    func reap() -> CommandResult.Ending {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited(status: Int(status >> 8 & 0xff)) : .signalled(Int(signal))
    }
}

/// A pipe that no other program inherits, with an end of ours that does not block.
struct Pipe {
    enum End: Int {
        case read, write
    }
    let read: Int32
    let write: Int32

    /// Nil with `errno` set.
    init?(ours: End = .read) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[ours.rawValue], F_SETFL, O_NONBLOCK)
        read = ends[0]
        write = ends[1]
    }

    func closeBoth() {
        close(read)
        close(write)
    }

    /// Reads what is there, a bounded amount of it.
    ///
    /// - Returns: false at the end of the stream.
    @discardableResult
    func drain(into output: inout CommandResult.Output, upTo limit: Int) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            // A pipe holds 64 KiB; one that is filled while it is read must not hold us.
            for _ in 0..<16 {
                let count = Glibc.read(read, buffer.baseAddress, buffer.count)
                guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
                let room = limit - output.bytes.count
                output.bytes.append(contentsOf: buffer.prefix(min(count, max(room, 0))))
                if count > room { output.isTruncated = true }
            }
            return true
        }
    }
}
