import Foundation
import Logging
import Synchronization

/// The program's own log: stderr for a service (its supervisor keeps it), a file where a terminal is drawn on.
enum LogFile {
    /// - Throws: when the file cannot be opened for appending.
    static func logger(path: String?, level: Logger.Level) throws -> Logger {
        guard let path else {
            var logger = Logger(label: "guardia", factory: { StreamLogHandler.standardError(label: $0) })
            logger.logLevel = level
            return logger
        }
        guard let file = fopen(path, "ae") else {
            throw Failure.usage(Unwritable(path: path, reason: String(cString: strerror(errno))))
        }
        setlinebuf(file)
        var logger = Logger(label: "guardia", factory: { _ in FileLogHandler(FileStream(file)) })
        logger.logLevel = level
        return logger
    }

    private struct Unwritable: Error, CustomStringConvertible {
        var path: String
        var reason: String
        var description: String { "the log \(path) cannot be written: \(reason)" }
    }
}

/// An open file that lines are written to: stdio locks each write itself.
private final class FileStream: @unchecked Sendable {
    // Unchecked is sound: the pointer never changes, and fputs and strftime's buffer are per call.
    private let file: UnsafeMutablePointer<FILE>

    init(_ file: UnsafeMutablePointer<FILE>) { self.file = file }

    deinit { fclose(file) }

    func write(_ line: String) { fputs(line, file) }
}

/// One line a message: time in UTC, level, message, metadata.
private struct FileLogHandler: LogHandler {
    private let stream: FileStream
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(_ stream: FileStream) { self.stream = stream }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = Date.now.formatted(.iso8601)
        let message = "\(event.message)".replacing("\n", with: "\\n")
        stream.write("\(time) \(event.level): \(message)\(pairs)\n")
    }
}
