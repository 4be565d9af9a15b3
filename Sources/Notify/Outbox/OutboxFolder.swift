import FoundationEssentials
import Glibc
import Launch

/// A folder in which notifications wait, one file each, so that what is done with one touches no other.
///
/// What has a name was written whole and synced before it got the name. That a provider took it is said by a rename, that it
/// is done by its removal: neither needs space on a full disk. Folder and files are closed to others: they hold addresses.
struct OutboxFolder: Hashable, Sendable {
    let path: String

    struct Failure: Error, Hashable {
        let code: Int32
        var isFull: Bool { code == ENOSPC || code == EDQUOT }
        var reason: String { String(cString: strerror(code)) }
    }

    /// What a folder holds.
    struct Contents {
        var waiting: [OutboxEntry] = []
        /// The provider took these.
        var taken: [(entry: OutboxEntry, reference: String)] = []
        var threads: [Thread] = []
        /// Names of files that were no notification: they are set aside.
        var damaged: [String] = []
    }

    /// The first message of a thread, as its channel names it.
    struct Thread: Hashable, Sendable, Codable {
        var key: ThreadKey
        var reference: String
        var at: Timestamp
    }

    // MARK: Writing

    /// Makes the folder where it is not there.
    func prepare() throws(Failure) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Failure(code: errno) }
        try check()
    }

    /// Makes sure that the folder is there and this user's own: in one that all may write to, anybody can make it first, and
    /// what they put into it would be sent.
    func check() throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw Failure(code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { throw Failure(code: EPERM) }
        if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 { throw Failure(code: errno) }
    }

    /// Takes the folder away where nothing is in it: rmdir(2) fails where something is.
    func tidy() { rmdir(path) }

    /// Takes the empty folders beside it away that engines of this user left which were killed. One that lives makes its own
    /// again.
    func tidySiblings() {
        guard let slash = path.lastIndex(of: "/"), let dash = path.lastIndex(of: "-"), slash < dash else { return }
        let (folder, prefix) = (path[..<slash], path[path.index(after: slash)...dash])
        for name in (try? FileManager.default.contentsOfDirectory(atPath: String(folder))) ?? []
        where name.hasPrefix(prefix) {
            rmdir("\(folder)/\(name)")
        }
    }

    /// Makes the folder where it is not there, and keeps one in it. Twice: another engine may take an empty folder away.
    func keepAnew(_ entry: OutboxEntry) throws(Failure) {
        do throws(Failure) {
            try prepare()
            try keep(entry)
        } catch {
            guard error.code == ENOENT else { throw error }
            try prepare()
            try keep(entry)
        }
    }

    func keep(_ entry: OutboxEntry) throws(Failure) {
        try write(OutboxFolder.encode(entry), as: name(entry.sequence, "page"))
    }

    /// - Returns: false where it does not hold that one.
    func markTaken(_ sequence: Int64, reference: String) -> Bool {
        let name = takenName(sequence, reference)
        return rename("\(path)/\(self.name(sequence, "page"))", "\(path)/\(name)") == 0
    }

    func remove(_ sequence: Int64, reference: String?) {
        unlink("\(path)/\(reference.map { takenName(sequence, $0) } ?? name(sequence, "page"))")
    }

    /// A name that is too long would not be one: without it the message is only not asked about after a restart.
    private func takenName(_ sequence: Int64, _ reference: String) -> String {
        let encoded = OutboxFolder.encodeName(reference)
        return name(sequence, "taken.") + (encoded.utf8.count <= 200 ? encoded : "")
    }

    func keep(_ threads: [Thread]) throws(Failure) { try write(OutboxFolder.encode(threads), as: "threads") }

    /// Makes the names last.
    func sync() {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func write(_ bytes: [UInt8], as name: String) throws(Failure) {
        let draft = "\(path)/\(name).draft"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var code: Int32 = 0
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                code = count < 0 ? errno : ENOSPC
                break
            }
            written += count
        }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        if code == 0, rename(draft, "\(path)/\(name)") != 0 { code = errno }
        guard code == 0 else {
            unlink(draft)
            throw Failure(code: code)
        }
    }

    private func name(_ sequence: Int64, _ phase: String) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits + "." + phase
    }

    // MARK: Reading

    /// - Parameter repair: removes what was never finished, and sets aside what cannot be read. For the one who writes here.
    func load(repair: Bool) -> Contents {
        var contents = Contents()
        for name in names().sorted() {
            let file = "\(path)/\(name)"
            if name.hasSuffix(".draft") {
                if repair { unlink(file) }
            } else if name == "threads" {
                contents.threads = OutboxFolder.decode([Thread].self, from: file) ?? []
            } else if !name.hasSuffix(".damaged"), let dot = name.firstIndex(of: ".") {
                let phase = name[name.index(after: dot)...]
                guard let entry = OutboxFolder.decode(OutboxEntry.self, from: file),
                    phase == "page" || phase.hasPrefix("taken.")
                else {
                    contents.damaged.append(name)
                    if repair { rename(file, file + ".damaged") }
                    continue
                }
                if phase == "page" {
                    contents.waiting.append(entry)
                } else {
                    contents.taken.append((entry, OutboxFolder.decodeName(phase.dropFirst("taken.".count))))
                }
            }
        }
        return contents
    }

    private func names() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    // MARK: Text

    private static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // These values hold texts, whole numbers and finite doubles; a value of infinity is written as a text.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, from file: String) -> Value? {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let bytes = try? Data(contentsOf: URL(filePath: file)) else { return nil }
        return try? decoder.decode(type, from: bytes)
    }

    /// Hexadecimal: any text becomes a name, and any file system takes it.
    private static func encodeName(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func decodeName(_ name: some StringProtocol) -> String {
        let digits = name.compactMap(\.hexDigitValue)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
