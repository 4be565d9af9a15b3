import ArgumentParser
import Console
import Glibc

/// How a command ends when it cannot do what it was asked: one sentence to stderr, and an exit code that says which kind.
enum Failure {
    /// It was tried and failed: 1.
    static func failed(_ error: some Error) -> ExitCode { tell(error, code: 1) }

    /// The words, the config or the terminal are not fit: 2.
    static func usage(_ error: some Error) -> ExitCode { tell(error, code: 2) }

    private static func tell(_ error: some Error, code: Int32) -> ExitCode {
        Output.error(String(describing: error))
        return ExitCode(code)
    }
}

/// What commands print. Text from outside (series names, reasons, versions) passes the one sanitiser, line by line, so
/// that nothing in a journal or a config can drive the terminal.
enum Output {
    /// No line is longer than this.
    private static let lineLimit = 4096

    static func line(_ text: String = "") { write(text, to: stdout) }

    static func error(_ text: String) { write("guardia: \(text)", to: stderr) }

    private static func write(_ text: String, to file: UnsafeMutablePointer<FILE>?) {
        guard let file else { return }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            fputs(Text.sanitised(String(line), limit: lineLimit) + "\n", file)
        }
    }
}
