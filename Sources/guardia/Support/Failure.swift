import ArgumentParser
import Console
import Foundation
import Journal
import Rehearsal
import Screen
import Settings

/// How a command ends when it cannot do what it was asked: one sentence to stderr, and an exit code that says which kind.
enum Failure {
    /// It was tried and failed: 1. Where there is no journal under the name that was given, 2.
    static func failed(_ error: some Error) -> ExitCode {
        if case .notThere? = error as? JournalError { return usage(error) }
        return tell(error, code: 1)
    }

    /// The words, the config or the terminal are not fit: 2.
    static func usage(_ error: some Error) -> ExitCode { tell(error, code: 2) }

    /// It may not be done, and nothing was: 3.
    static func refused(_ error: some Error) -> ExitCode { tell(error, code: 3) }

    /// A person is needed: 4.
    static func undecided(_ error: some Error) -> ExitCode { tell(error, code: 4) }

    private static func tell(_ error: some Error, code: Int32) -> ExitCode {
        // These tell several things, and mark what comes from outside themselves.
        if let errors = error as? ConfigErrors {
            for (index, one) in errors.errors.enumerated() {
                index == 0 ? Output.error(one.description) : StandardStream.error.line(one.description)
            }
        } else if error is ServerError {
            StandardStream.error.lines("guardia: \(error)")
        } else {
            Output.error(String(describing: error))
        }
        return ExitCode(code)
    }
}

/// What the commands print.
enum Output {
    /// One line, whatever is in the text.
    static func line(_ text: String = "") { StandardStream.output.line(text) }

    /// A text of ours that has several lines: what goes into a file of another program.
    static func text(_ text: String) { StandardStream.output.lines(text) }

    /// One JSON object on a line of its own.
    static func json(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(value) { json(String(decoding: data, as: UTF8.self)) }
    }

    /// The same, encoded already: a script needs the whole of it.
    static func json(_ text: String) { StandardStream.output.line(text, limit: 64 << 20) }

    /// Text without a line end, for what is typed behind it.
    static func prompt(_ text: String) {
        StandardStream.output.exactly(Text.sanitised(text, limit: 400))
    }

    static func error(_ text: String) { StandardStream.error.line("guardia: \(text)") }
}
