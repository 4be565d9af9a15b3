import Foundation
import Glibc
import Wire

/// The regular files under some paths, and what could not be entered: a folder that may not be read is never an empty one.
package struct FileWalk: Hashable, Sendable {
    package private(set) var files: [String] = []
    /// With the reason.
    package private(set) var unread: [String] = []
    private let limit: Int

    private static let maximumDepth = 64

    /// Walks on a thread of its own.
    ///
    /// - Parameter limit: how many files are named; that there are more is told.
    package static func of(_ paths: [String], limit: Int) async -> FileWalk {
        await DetachedThread.value { FileWalk(paths, limit: limit) } ?? FileWalk(failed: paths)
    }

    private init(failed paths: [String]) {
        limit = 0
        unread = paths.map { "\($0): no thread to look on" }
    }

    /// Blocking.
    package init(_ paths: [String], limit: Int) {
        self.limit = limit
        for path in paths {
            let before = files.count
            let troubles = unread.count
            var status = stat()
            if stat(path, &status) != 0 {
                fail(path)
            } else if status.st_mode & S_IFMT == S_IFDIR {
                enter(path, depth: 0)
                // What was named and holds nothing was perhaps never what is meant: nothing was looked at.
                if files.count == before, unread.count == troubles { unread.append("\(path): no file is in it") }
            } else if status.st_mode & S_IFMT == S_IFREG {
                add(path)
            } else {
                unread.append("\(path): neither a file nor a folder")
            }
        }
    }

    private mutating func fail(_ path: String) { unread.append("\(path): \(String(cString: strerror(errno)))") }

    private mutating func add(_ file: String) {
        if files.count < limit {
            files.append(file)
        } else if unread.last != "more than \(limit) files" {
            unread.append("more than \(limit) files")
        }
    }

    private mutating func enter(_ folder: String, depth: Int) {
        guard depth < FileWalk.maximumDepth else {
            unread.append("\(folder): too deep")
            return
        }
        guard let handle = opendir(folder) else { return fail(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(handle) else { break }
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        if errno != 0 { fail(folder) }
        closedir(handle)
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            var status = stat()
            // A link may lead anywhere; what it leads to is looked at where it is named.
            if lstat(path, &status) != 0 {
                // Rotated away in the meantime; what cannot be looked at is something else.
                if errno != ENOENT { fail(path) }
            } else if status.st_mode & S_IFMT == S_IFDIR {
                enter(path, depth: depth + 1)
            } else if status.st_mode & S_IFMT == S_IFREG {
                add(path)
            }
        }
    }
}
