import ArgumentParser
import Screen

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

/// What the commands print.
enum Output {
    static func line(_ text: String = "") { StandardStream.output.line(text) }
    static func error(_ text: String) { StandardStream.error.line("guardia: \(text)") }
}
