import CLinux
import Glibc

/// A program in a session of its own that outlives whoever started it: no terminal, no open file but its own output, default
/// signals, the root folder. Closing the terminal, a hangup and the end of this process do not reach it.
struct SessionChild: ~Copyable {
    /// How it ended.
    enum Ending: Hashable {
        case exited(Int32)
        case signalled(Int32)

        var words: String {
            switch self {
            case .exited(let status): "it ended with exit code \(status)"
            case .signalled(let signal): "it was ended by signal \(signal)"
            }
        }
    }

    struct Failure: Error {
        let code: Int32

        var words: String { String(cString: strerror(code)) }
    }

    let pid: pid_t

    /// - Parameters:
    ///   - output: takes stdout and stderr.
    ///   - environment: `NAME=value`.
    ///   - input: becomes its stdin; nil: it has none.
    init(_ words: [String], environment: [String], output: Int32, input: Int32? = nil) throws(Failure) {
        guard let program = Self.path(of: words[0], environment) else { throw Failure(code: ENOENT) }
        var pid: pid_t = 0
        let code = Self.withCStrings(words) { words in
            Self.withCStrings(environment) { environment in
                guardia_spawn(&pid, program, words, environment, input ?? -1, output, output, "/")
            }
        }
        guard code == 0 else { throw Failure(code: code) }
        self.pid = pid
    }

    /// Blocks until it has ended: for a thread that has nothing else to do.
    consuming func wait() -> Ending {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 {
            guard errno == EINTR else { return .exited(0) }
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }

    private static func path(of program: String, _ environment: [String]) -> String? {
        guard !program.contains("/") else { return program }
        let path = environment.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}
