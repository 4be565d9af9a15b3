import Foundation
import Glibc

/// A text that becomes a file: whole or not at all, and what is wrong said as the rest of the program says it.
enum WrittenFile {
    /// - Throws: `Told`: `/nope/a.svg: its folder does not exist`.
    static func write(_ text: String, to path: String) throws(Told) {
        do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
            throw Told("\(path): \(reason(path) ?? posix(error) ?? "it could not be written")")
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
