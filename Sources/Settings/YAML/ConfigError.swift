/// What is wrong at one place of a settings file, and what would be right.
package struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// 1-based; 0 where it is the file as a whole that is wrong.
    package var line: Int
    /// 1-based, counted in Unicode scalars.
    package var column: Int
    package var message: String
    /// What to do about it, as `did you mean 'deadline'?`.
    package var hint: String?

    package init(file: String, line: Int, column: Int, message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }

    /// `file:line:column: message; hint`: the form that editors jump to.
    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}

/// What was wrong with a settings file: everything at once, in the order of the file.
package struct ConfigErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package var errors: [ConfigError]

    package init(_ errors: [ConfigError]) { self.errors = errors }

    /// Of a file that is not read at all.
    package init(file: String, _ message: String) {
        let findings = Findings(file: file)
        findings.error(.file, message)
        errors = findings.errors
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// A place in a settings file, 1-based.
package struct Place: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = Place(line: 1, column: 1)
    /// The file as a whole: it is not there, or cannot be read.
    package static let file = Place(line: 0, column: 0)

    package static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Where the reading of one file gathers what it finds, so that nobody has to mend a file error by error.
package final class Findings {
    package let file: String
    /// More than this is one mistake repeated; nobody reads on.
    private static let limit = 200
    private var found: [ConfigError] = []
    private var doubts: [ConfigError] = []

    package init(file: String) { self.file = file }

    package var hasErrors: Bool { !found.isEmpty }
    package var errorCount: Int { found.count }
    package var errors: [ConfigError] { Self.sorted(found) }
    package var warnings: [ConfigError] { Self.sorted(doubts) }

    package func error(_ place: Place, _ message: String, hint: @autoclosure () -> String? = nil) {
        guard found.count < Self.limit else { return }
        found.append(ConfigError(file: file, line: place.line, column: place.column, message: message, hint: hint()))
    }

    package func warn(_ place: Place, _ message: String, hint: @autoclosure () -> String? = nil) {
        guard doubts.count < Self.limit else { return }
        doubts.append(ConfigError(file: file, line: place.line, column: place.column, message: message, hint: hint()))
    }

    private static func sorted(_ errors: [ConfigError]) -> [ConfigError] {
        errors.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }
}
