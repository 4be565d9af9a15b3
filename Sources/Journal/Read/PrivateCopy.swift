import Foundation

/// A copy of a journal's file and log in a folder that only this user can see; it goes with this object.
final class PrivateCopy {
    let path: String
    private let folder: String

    /// Nil where there is nothing to read or no room to copy to.
    init?(of files: JournalFiles) {
        let pattern = FileManager.default.temporaryDirectory.appendingPathComponent("guardia-journal-XXXXXX").path
        var bytes = Array(pattern.utf8CString)
        // mkdtemp(3): "The directory is then created with permissions 0700".
        guard mkdtemp(&bytes) != nil else { return nil }
        folder = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/journal"
        do {
            // The log first would be wrong: a checkpoint in between moves what it held into the file.
            try FileManager.default.copyItem(atPath: files.path, toPath: path)
            if FileManager.default.fileExists(atPath: files.log) {
                try FileManager.default.copyItem(atPath: files.log, toPath: path + "-wal")
            }
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            return nil
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
