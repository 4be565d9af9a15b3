import Foundation
import Glibc

/// A text that becomes a file: whole or not at all, and what is wrong said as the rest of the program says it. A device or a pipe
/// is written to and stays what it is, and of a link what it leads to is written.
enum WrittenFile {
    /// - Throws: `Told`: `/nope/a.svg: its folder does not exist`.
    static func write(_ text: String, to path: String) throws(Told) {
        var status = stat()
        if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            return try send(text, to: path)
        }
        do { try text.write(to: target(of: path), atomically: true, encoding: .utf8) } catch {
            throw Told("\(path): \(reason(path) ?? posix(error) ?? "it could not be written")")
        }
    }

    /// What a link leads to, also where that is not there yet.
    private static func target(of path: String) -> URL {
        var target = URL(fileURLWithPath: path)
        // As many as Linux follows (path_resolution(7)).
        for _ in 0..<40 {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target.path) else { break }
            target = URL(fileURLWithPath: next, relativeTo: target.deletingLastPathComponent()).standardizedFileURL
        }
        return target
    }

    /// Into something that is no file: nothing is put in its place.
    private static func send(_ text: String, to path: String) throws(Told) {
        let descriptor = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Told("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Told("\(path): \(String(cString: strerror(errno)))") }
            start += written
        }
    }

    /// What can be seen to be wrong with the place.
    private static func reason(_ path: String) -> String? {
        let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return "it is a folder" }
        guard stat(folder.isEmpty ? "/" : folder, &status) == 0 else {
            return errno == ENOENT ? "its folder does not exist" : "its folder: \(String(cString: strerror(errno)))"
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "its folder is none" }
        return access(folder.isEmpty ? "/" : folder, W_OK) == 0
            ? nil : "nothing can be written into its folder: \(String(cString: strerror(errno)))"
    }

    /// What the system said, without the sentence that Foundation makes of it.
    private static func posix(_ error: any Error) -> String? {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying.flatMap({ $0.domain == NSPOSIXErrorDomain ? Int32($0.code) : nil }) else {
            return nil
        }
        return String(cString: strerror(code))
    }
}
