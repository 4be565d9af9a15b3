import Foundation

/// The bytes of a settings file.
package enum SettingsFile {
    /// Reads at most what ``YAMLDocument`` takes, and one byte more so that it can say so; nil (and a finding) when the
    /// path is no readable file.
    package static func read(_ path: String, findings: Findings) -> [UInt8]? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            findings.error(.file, "there is no such file", hint: nearestFile(to: path))
            return nil
        }
        let type = try? FileManager.default.attributesOfItem(atPath: resolved(path))[.type] as? FileAttributeType
        guard type == .typeRegular else {
            findings.error(.file, isFolder.boolValue ? "this is a folder, not a file" : "this is not a regular file")
            return nil
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            return [UInt8](try handle.read(upToCount: YAMLDocument.byteLimit + 1) ?? Data())
        } catch {
            findings.error(.file, "the file cannot be read: \(error.localizedDescription)")
            return nil
        }
    }

    /// Whether this user can read the file.
    package static func isReadable(_ path: String) -> Bool { FileManager.default.isReadableFile(atPath: path) }

    private static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    private static func nearestFile(to path: String) -> String? {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return Nearest.hint(for: url.lastPathComponent, among: names.sorted())
    }
}
