import FoundationEssentials
import Glibc

/// The folder that decides which colour nginx sends a request to.
///
/// `current` is a symbolic link to a split: a folder, never changed once made, in which each slot is an empty file
/// under its colour. nginx looks with one stat() a colour on every request, so renaming one link over `current` moves
/// all traffic at once: nothing reloads, no connection drops. Old splits stay: they are the history.
package struct Door: Sendable {
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// What `current` says.
    package enum State: Sendable, Hashable {
        /// The split's folder name and what it holds.
        case open(name: String, Split)
        /// nginx sends everybody to any colour.
        case broken(String)
    }

    /// Makes the folder with a first split.
    package static func make(at folder: String, _ split: Split) throws -> Door {
        let door = Door(folder: folder)
        try makeFolder(folder)
        try makeFolder("\(folder)/splits")
        try door.open(split)
        return door
    }

    /// Moves all traffic to a split, atomically and durably; returns its folder's name.
    @discardableResult
    package func open(_ split: Split) throws -> String {
        let name = try stage(split)
        try use(name)
        return name
    }

    /// Makes a split's folder without using it; returns its name.
    package func stage(_ split: Split) throws -> String {
        let (name, path) = try makeNextFolder()
        for colour in split.colours {
            try Door.makeFolder("\(path)/\(colour)")
            for (slot, owner) in split.slots.enumerated() where owner == colour {
                let file = "\(path)/\(colour)/\(slot)"
                close(try check(Glibc.open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644), "open", file))
            }
            try Door.sync("\(path)/\(colour)")
        }
        try Door.sync(path)
        try Door.sync("\(folder)/splits")
        return name
    }

    /// Points `current` at a split that exists.
    package func use(_ name: String) throws {
        let next = "\(folder)/current.next"
        unlink(next)
        try check(symlink("splits/\(name)", next), "symlink", next)
        try check(rename(next, "\(folder)/current"), "rename", "\(folder)/current")
        try Door.sync(folder)
    }

    /// Reads what serves.
    package var state: State {
        let current = "\(folder)/current"
        guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: current) else {
            return .broken("\(current) is missing or no symbolic link")
        }
        guard let colours = try? FileManager.default.contentsOfDirectory(atPath: current) else {
            return .broken("\(current) points at \(link), which cannot be read")
        }
        var slots = [String?](repeating: nil, count: Split.slotCount)
        for colour in colours {
            for slot in (try? FileManager.default.contentsOfDirectory(atPath: "\(current)/\(colour)")) ?? [] {
                guard let index = Int(slot), slots.indices.contains(index) else { continue }
                guard slots[index] == nil else { return .broken("slot \(index) of \(link) has two colours") }
                slots[index] = colour
            }
        }
        if let index = slots.firstIndex(of: nil) { return .broken("slot \(index) of \(link) has no colour") }
        guard let split = Split(slots: slots.compactMap(\.self)) else { return .broken("\(link) has not 100 slots") }
        return .open(name: String(link.split(separator: "/").last ?? ""), split)
    }

    /// Makes the folder with the next number; somebody else's that was made meanwhile is stepped over.
    private func makeNextFolder() throws -> (name: String, path: String) {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/splits")
        var number = (names.compactMap(Int.init).max() ?? 0) + 1
        while true {
            let digits = String(number)
            let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let path = "\(folder)/splits/\(name)"
            if mkdir(path, 0o755) == 0 {
                try check(chmod(path, 0o755), "chmod", path)
                return (name, path)
            }
            guard errno == EEXIST else { throw ServerError.system(call: "mkdir", path: path, errno: errno) }
            number += 1
        }
    }

    /// Makes a folder that nginx's worker can search, whatever our umask.
    private static func makeFolder(_ path: String) throws {
        try check(mkdir(path, 0o755), "mkdir", path)
        try check(chmod(path, 0o755), "chmod", path)
    }

    private static func sync(_ path: String) throws {
        let descriptor = try check(Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path)
        defer { close(descriptor) }
        try check(fsync(descriptor), "fsync", path)
    }
}
