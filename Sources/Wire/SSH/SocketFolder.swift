import Glibc

/// A private folder for the sockets of one master. Short: a Unix socket's path must stay under 108 bytes, and ssh appends a
/// suffix of its own while it makes one.
struct SocketFolder: Hashable, Sendable {
    let path: String

    private static let prefix = "guardia-ssh-"

    /// Makes one; those that killed processes left are removed on the way.
    init() throws(WireError) {
        _ = DetachedThread.start { SocketFolder.sweep() }
        var template = Array("/tmp/\(SocketFolder.prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw WireError(
                .outOfResources, "make a folder for sockets", on: "/tmp", because: String(cString: strerror(errno)))
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private init(_ path: String) { self.path = path }

    var exists: Bool { access(path, W_OK) == 0 }

    /// Removes it with all that is in it: sockets of masters that are gone.
    func remove() {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// A master's control socket is a bare number.
    private var hasMaster: Bool { names.contains { !$0.contains(".") && Socket.isListened(to: "\(path)/\($0)") } }

    private var names: [String] { SocketFolder.names(in: path) }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        var names: [String] = []
        while let entry = readdir(folder) {
            // In its place: a copy of d_name would be 256 bytes, and an entry at the end of readdir's buffer is shorter.
            let name = String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func sweep() {
        let now = time(nil)
        for name in names(in: "/tmp") where name.hasPrefix(prefix) {
            let folder = SocketFolder("/tmp/\(name)")
            var status = stat()
            // A real folder, ours, that nothing has changed in for a while: in one that is in use, masters come and go.
            guard lstat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                now - status.st_mtim.tv_sec > 120, !folder.hasMaster
            else { continue }
            folder.remove()
        }
    }
}
