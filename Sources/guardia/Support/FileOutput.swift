import Foundation
import Glibc

/// A file that a command writes because it was told to: whole or not at all, where it is a file.
enum FileOutput {
    /// - Throws: `Told`, with what is wrong with the place.
    static func write(_ text: String, to path: String) throws(Told) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw Told("\(path) is a folder; give the name of a file in it")
            }
            return try send(text, to: path)
        }
        // What a link leads to is written, and the link stays.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = target.deletingLastPathComponent().path
        guard access(folder, F_OK) == 0 else { throw Told("\(path) could not be written: its folder does not exist") }
        do {
            try text.write(to: target, atomically: true, encoding: .utf8)
        } catch {
            let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            let why = code.map { String(cString: strerror(Int32($0))) } ?? error.localizedDescription
            throw Told("\(path) could not be written: \(why)")
        }
    }

    /// A device, a pipe: it is not ours to put a file in its place.
    private static func send(_ text: String, to path: String) throws(Told) {
        let descriptor = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Told("\(path) could not be written: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Told("\(path) could not be written: \(String(cString: strerror(errno)))") }
            start += written
        }
    }
}
