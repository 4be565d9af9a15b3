import Glibc
import Launch

/// The engine's heartbeat: one block of 256 bytes beside the journal, overwritten in place once a second. Behind it is the count
/// of ``CommitBell``.
///
/// It is not a row, because the beat must get through when the disk is full, which is when it has the most to say: its
/// block is allocated once, at the start. And a beat a second would make the log grow for nothing.
enum BeatFile {
    static let size = 256
    /// The text's share of the block.
    static let textLimit = 200
    private static let magic: [UInt8] = Array("gbeat\u{0}\u{0}\u{1}".utf8)

    // MARK: The block

    /// magic 8, UTC 8, uptime 8, boot 8, text length 2 (0xFFFF: none), text, zeros, and in the last 8 bytes a checksum:
    /// the reader may see half an old and half a new block.
    static func encode(_ beat: Heartbeat) -> [UInt8] {
        var block = magic
        block.reserveCapacity(size)
        block.append(littleEndian: UInt64(bitPattern: beat.at.utc.milliseconds))
        block.append(littleEndian: UInt64(bitPattern: beat.at.uptime.count))
        block.append(littleEndian: beat.at.boot.rawValue)
        let text = beat.notRecording.map { Array($0.cut(toBytes: textLimit).utf8) }
        block.append(littleEndian: UInt16(text?.count ?? 0xFFFF))
        block += text ?? []
        block += repeatElement(0, count: size - 8 - block.count)
        block.append(littleEndian: checksum(block[...]))
        return block
    }

    /// Nil for anything that is not a whole block.
    static func decode(_ block: [UInt8]) -> Heartbeat? {
        guard block.count == size, block.starts(with: magic) else { return nil }
        func word(_ offset: Int) -> UInt64 { block[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        guard word(size - 8) == checksum(block[..<(size - 8)]) else { return nil }
        let count = Int(block[32]) | Int(block[33]) << 8
        guard count == 0xFFFF || count <= textLimit else { return nil }
        return Heartbeat(
            at: Moment(
                utc: Timestamp(milliseconds: Int64(bitPattern: word(8))),
                uptime: Milliseconds(Int64(bitPattern: word(16))), boot: BootID(rawValue: word(24))),
            notRecording: count == 0xFFFF ? nil : String(decoding: block[34..<34 + count], as: UTF8.self))
    }

    /// FNV-1a, 64 bits: it has to find torn blocks, not forged ones.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    // MARK: The file

    /// The writing end: the open file.
    struct Writer: ~Copyable {
        private let descriptor: Int32
        private let path: String

        /// Opens the file and makes sure that its block is on the disk already.
        init(_ files: JournalFiles) throws(JournalError) {
            path = files.beat
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, JournalFiles.mode)
            guard descriptor >= 0 else { throw JournalError(errno: errno, path: path) }
            // The umask may have taken the group's right to read.
            _ = fchmod(descriptor, JournalFiles.mode)
            var status = stat()
            let old = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
            if old >= CommitBell.fileSize { return }
            let start = old >= size ? size : 0
            let zeros = [UInt8](repeating: 0, count: CommitBell.fileSize - start)
            guard pwrite(descriptor, zeros, zeros.count, off_t(start)) == zeros.count, fsync(descriptor) == 0 else {
                throw JournalError(errno: errno, path: path)
            }
        }

        deinit { close(descriptor) }

        /// Whether the open file is the one under the journal's name.
        func isIn(place files: JournalFiles) -> Bool {
            FileIdentity(path: files.beat) == FileIdentity(descriptor: descriptor)
        }

        func write(_ beat: Heartbeat) throws(JournalError) {
            guard pwrite(descriptor, BeatFile.encode(beat), size, 0) == size else {
                throw JournalError(errno: errno, path: path)
            }
        }
    }

    /// The last beat; nil where none was ever written or the file cannot be read: the engine then counts as silent.
    static func read(_ files: JournalFiles) -> Heartbeat? {
        let refuge = BeatRefuge(of: files.path)?.read()
        // A pipe under its name must not hold anybody up.
        let descriptor = open(files.beat, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return refuge }
        defer { close(descriptor) }
        let beat = read(descriptor)
        guard let beat, let refuge else { return beat ?? refuge }
        return refuge.at.utc > beat.at.utc ? refuge : beat
    }

    /// The block of an open file.
    static func read(_ descriptor: Int32) -> Heartbeat? {
        // A torn block is whole again a microsecond later.
        for _ in 0..<3 {
            var block = [UInt8](repeating: 0, count: size)
            guard pread(descriptor, &block, size, 0) == size else { return nil }
            if let beat = decode(block) { return beat }
        }
        return nil
    }
}
