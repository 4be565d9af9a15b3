import Glibc
import Synchronization

/// Tells which input a parser was reading when it crashed: on standard error, as the words that feed it again. Swift's traps cannot
/// be caught; so what is being read is kept where a signal's handler finds it.
package struct CrashTeller: Sendable {
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]
    /// One at a time: a process has one handler.
    private static let turn = Mutex<Void>(())

    private init() {}

    /// Runs a parser on many inputs, each of which it is to `note` before.
    package static func run(_ parser: String, seed: UInt64, _ body: (CrashTeller) -> Void) {
        turn.withLock { _ in
            let told = black
            told.begin(parser, seed)
            // A parser that recurses too deep leaves no stack for a handler.
            var stack = stack_t(ss_sp: told.stack, ss_flags: 0, ss_size: BlackBox.stackSize)
            var before = stack_t()
            sigaltstack(&stack, &before)
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in black.tell() }
            // Once: on its return the same crash ends the process in the usual way.
            action.sa_flags = SA_ONSTACK | Int32(bitPattern: SA_RESETHAND)
            let old = signals.map { signal in
                var old = sigaction()
                sigaction(signal, &action, &old)
                return (signal, old)
            }
            body(CrashTeller())
            for (signal, handler) in old {
                var handler = handler
                sigaction(signal, &handler, nil)
            }
            if before.ss_sp == nil { before.ss_flags = Int32(SS_DISABLE) }
            sigaltstack(&before, nil)
        }
    }

    /// What is read next.
    package func note(_ number: Int, _ input: [UInt8]) { black.note(number, input) }
}

/// What is being read, in memory that stays where it is: a handler may neither allocate nor wait.
///
/// Unchecked, because a handler can take no lock: `CrashTeller.turn` lets one run write it at a time, and the handler runs on the
/// thread that crashed in that run.
private final class BlackBox: @unchecked Sendable {
    static let stackSize = 64 << 10
    private static let limit = 64 << 10

    let stack = UnsafeMutableRawPointer.allocate(byteCount: BlackBox.stackSize, alignment: 16)
    private let input = UnsafeMutablePointer<UInt8>.allocate(capacity: BlackBox.limit)
    private let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * BlackBox.limit + 1024)
    private var count = 0
    private var number = 0
    /// Of the text, what stands before the number; and what stands behind it.
    private let head = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    private let tail = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    private var headCount = 0
    private var tailCount = 0

    func begin(_ parser: String, _ seed: UInt64) {
        func put(_ words: String, _ place: UnsafeMutablePointer<UInt8>) -> Int {
            let bytes = Array(words.utf8.prefix(256))
            place.update(from: bytes, count: bytes.count)
            return bytes.count
        }
        headCount = put("\n\(parser) crashed on input ", head)
        tailCount = put(" of seed \(seed). Again: guardia-fuzz --only \(parser) --input ", tail)
        (count, number) = (0, 0)
    }

    func note(_ number: Int, _ bytes: [UInt8]) {
        self.number = number
        count = min(bytes.count, BlackBox.limit)
        input.update(from: bytes, count: count)
    }

    /// In a signal's handler.
    func tell() {
        var end = 0
        func put(_ byte: UInt8) {
            text[end] = byte
            end += 1
        }
        for index in 0..<headCount { put(head[index]) }
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            put(UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
        for index in 0..<tailCount { put(tail[index]) }
        func digit(_ value: UInt8) { put(value < 10 ? 48 + value : 87 + value) }
        for index in 0..<count {
            digit(input[index] >> 4)
            digit(input[index] & 15)
        }
        put(10)
        var written = 0
        while written < end {
            let more = write(STDERR_FILENO, text + written, end - written)
            guard more > 0 else { return }
            written += more
        }
    }
}

private let black = BlackBox()
