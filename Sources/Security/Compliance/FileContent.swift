/// What a file holds, by how it begins: whether its bytes can be searched as they are, what unpacks them, or why neither.
package enum FileContent: Hashable, Sendable {
    case text
    /// The program that reads it on standard input and writes what is in it.
    case packed([String])
    /// Of a kind that cannot be read.
    case opaque(String)

    /// How many bytes are enough to tell.
    package static let headCount = 4096

    package init(first bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(FileContent.headCount))
        if let packed = FileContent.packers.first(where: { bytes.starts(with: $0.magic) }) {
            self = .packed(packed.words)
        } else if bytes.starts(with: "PGDMP".utf8), bytes.count > 10, bytes[10] == 1 {
            // pg_dump's custom format. After the magic: three bytes of version, sizes of int and of offset, the format
            // (pg_backup_archiver.h: archCustom 1, archTar 3, archDirectory 5, whose toc.dat holds its text as it is).
            self = .packed(["pg_restore", "-f", "-"])
        } else if case .encrypted(let by) = BackupSeal(first: bytes) {
            self = .opaque("encrypted (\(by))")
        } else if let kind = FileContent.kinds.first(where: { bytes.starts(with: $0.magic) }) {
            self = .opaque(kind.name)
        } else if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
            // Text in it is found; a packed file in it is not.
            self = .opaque("a tar archive, whose files are not opened one by one")
        } else if FileContent.isReadable(bytes) {
            self = .text
        } else {
            self = .opaque("binary, of no kind that is known here")
        }
    }

    private static let packers: [(magic: [UInt8], words: [String])] = [
        ([0x1F, 0x8B], ["gzip", "-dc"]),
        ([0x28, 0xB5, 0x2F, 0xFD], ["zstd", "-dcq"]),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], ["xz", "-dc"]),
        (Array("BZh".utf8), ["bzip2", "-dc"]),
        ([0x04, 0x22, 0x4D, 0x18], ["lz4", "-dcq"]),
    ]

    private static let kinds: [(magic: [UInt8], name: String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a zip archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (Array("Rar!".utf8), "a rar archive"),
        (Array("%PDF".utf8), "a PDF"),
        (Array("LPKSHHRH".utf8), "a systemd journal"),
        (Array("PAR1".utf8), "Parquet"),
    ]

    /// Text has no NUL and hardly any control character; pg_dump's table of contents holds text between them.
    private static func isReadable(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: "PGDMP".utf8) { return true }
        // Tab to carriage return, and backspace and escape: colours in a log.
        let odd = bytes.count { $0 < 32 && !(8...13).contains($0) && $0 != 27 || $0 == 127 }
        return !bytes.contains(0) && odd * 20 <= bytes.count
    }
}
