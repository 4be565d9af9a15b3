import ArgumentParser
import Console
import Foundation
import Screen

/// How a command ends when it cannot do what it was asked: one sentence to stderr, and an exit code that says which kind.
enum Failure {
    /// It was tried and failed: 1.
    static func failed(_ error: some Error) -> ExitCode { tell(error, code: 1) }

    /// The words, the config or the terminal are not fit: 2.
    static func usage(_ error: some Error) -> ExitCode { tell(error, code: 2) }

    /// It may not be done, and nothing was: 3.
    static func refused(_ error: some Error) -> ExitCode { tell(error, code: 3) }

    /// A person is needed: 4.
    static func undecided(_ error: some Error) -> ExitCode { tell(error, code: 4) }

    private static func tell(_ error: some Error, code: Int32) -> ExitCode {
        Output.error(String(describing: error))
        return ExitCode(code)
    }
}

/// What the commands print.
enum Output {
    static func line(_ text: String = "") { StandardStream.output.line(text) }
    /// One JSON object on a line of its own.
    static func json(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(value) { line(String(decoding: data, as: UTF8.self)) }
    }

    /// Text without a line end, for what is typed behind it.
    static func prompt(_ text: String) {
        FileHandle.standardOutput.write(Data(Text.sanitised(text, limit: 400).utf8))
    }

    static func error(_ text: String) { StandardStream.error.line("guardia: \(text)") }
}
