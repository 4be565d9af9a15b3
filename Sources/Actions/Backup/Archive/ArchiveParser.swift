import Launch

/// Reads a dump of pg_dump's custom format as it passes, block after block, and fingerprints every table in it: in one pass,
/// with no more memory than the dump's table of contents.
struct ArchiveParser {
    private(set) var contents: ArchiveContents?
    /// The beginning, until it is whole.
    private var head: [UInt8] = []
    /// How long it must be before it is looked at again: doubled, so that a long one is not read over and over.
    private var nextLook = 4096

    private enum State {
        case block
        /// The number of the entry that the block belongs to.
        case entry(isBlobs: Bool)
        case length
        case piece(left: Int)
        /// The next large object's number; 0 ends them.
        case blob
    }
    private var state = State.block
    private var pending: [UInt8] = []
    private var entries: [Int: ArchiveContents.Entry] = [:]
    /// The entry whose data pass now.
    private var current: Int?
    private var isInBlobs = false
    private var rows = RowFingerprint()
    private var found: [Int: RowFingerprint] = [:]
    /// The large objects' own sum, and the one that passes now.
    private var blobs = RowFingerprint()

    /// The largest table of contents that is held: that of a database with some hundred thousand objects.
    private static let headLimit = 512 << 20

    /// The table whose rows pass now, or passed last.
    var table: String? { current.flatMap { entries[$0]?.title } }

    /// What was found so far.
    var tables: [BackupManifest.Table] {
        guard let contents else { return [] }
        return contents.entries.compactMap { entry in
            found[entry.id].map { rows in
                BackupManifest.Table(
                    schema: entry.kind == "BLOBS" ? "" : entry.schema,
                    name: entry.kind == "BLOBS" ? entry.title : entry.name,
                    copy: entry.copy, rows: rows.rows, bytes: rows.bytes, fingerprint: rows.text)
            }
        } + contents.sequences
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) {
        guard contents == nil else { return try data(bytes) }
        head.append(contentsOf: bytes)
        guard head.count >= nextLook else { return }
        try readHead()
        if contents == nil {
            guard head.count < Self.headLimit else {
                throw ArchiveFault(table: nil, reason: "its table of contents does not end")
            }
            nextLook = head.count * 2
        }
    }

    /// All has come.
    mutating func finish() throws(ArchiveFault) {
        if contents == nil { try readHead() }
        guard let contents else {
            throw ArchiveFault(
                table: nil, reason: head.isEmpty ? "it is empty" : "it ends within its table of contents")
        }
        guard case .block = state, pending.isEmpty else {
            throw ArchiveFault(table: table, reason: "the dump ends within its rows, after \(rows.rows)")
        }
        if let missing = contents.entries.first(where: { $0.hasData && found[$0.id] == nil }) {
            throw ArchiveFault(table: missing.title, reason: "its rows are not in the dump")
        }
    }

    private mutating func readHead() throws(ArchiveFault) {
        guard let contents = try ArchiveContents(head) else { return }
        guard !contents.isCompressed else {
            throw ArchiveFault(table: nil, reason: "pg_dump compressed it by itself: its rows cannot be seen")
        }
        self.contents = contents
        entries = Dictionary(contents.entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let rest = Array(head[contents.end...])
        head = []
        let outcome: Result<Void, ArchiveFault> = rest.withUnsafeBytes { bytes in
            do throws(ArchiveFault) { return .success(try data(bytes)) } catch { return .failure(error) }
        }
        try outcome.get()
    }

    // MARK: Data

    private mutating func data(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) {
        var position = 0
        while position < bytes.count {
            switch state {
            case .block:
                let kind = bytes[position]
                position += 1
                // BLK_DATA and BLK_BLOBS
                guard kind == 1 || kind == 3 else { throw spoiled("a block of kind \(kind)") }
                state = .entry(isBlobs: kind == 3)
            case .entry(let isBlobs):
                guard let id = integer(bytes, &position) else { return }
                guard let entry = entries[id], entry.hasData else { throw spoiled("rows of nothing") }
                guard found[id] == nil else { throw ArchiveFault(table: entry.title, reason: "its rows come twice") }
                current = id
                rows = RowFingerprint()
                isInBlobs = isBlobs
                if isBlobs { blobs = RowFingerprint() }
                state = isBlobs ? .blob : .length
            case .length:
                guard let length = integer(bytes, &position) else { return }
                guard length >= 0 else { throw spoiled("a piece of \(length) bytes") }
                if length > 0 { state = .piece(left: length) } else { endOfPieces() }
            case .piece(let left):
                let count = min(left, bytes.count - position)
                let piece = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
                if isInBlobs { blobs.takeRaw(piece) } else { rows.take(piece) }
                position += count
                state = count == left ? .length : .piece(left: left - count)
            case .blob:
                guard let number = integer(bytes, &position) else { return }
                if number == 0 {
                    if let current { found[current] = blobs }
                    state = .block
                } else {
                    blobs.beginRaw(number)
                    state = .length
                }
            }
        }
    }

    private mutating func endOfPieces() {
        if isInBlobs {
            blobs.endRaw()
            state = .blob
        } else {
            if let current { found[current] = rows }
            state = .block
        }
    }

    private func spoiled(_ what: String) -> ArchiveFault {
        ArchiveFault(table: table, reason: "the dump is spoiled there or just behind it: \(what)")
    }

    /// A number as the archive writes it: a sign, then the bytes from the least; nil where it goes on in the next piece.
    private mutating func integer(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        let size = 1 + (contents?.integerSize ?? 4)
        if pending.isEmpty, bytes.count - position >= size {
            defer { position += size }
            return Self.number(bytes[position..<(position + size)])
        }
        let count = min(size - pending.count, bytes.count - position)
        pending += bytes[position..<(position + count)]
        position += count
        guard pending.count == size else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return pending.withUnsafeBytes { Self.number($0[...]) }
    }

    private static func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        var magnitude = 0
        for (index, byte) in bytes.dropFirst().enumerated() where index < 8 { magnitude |= Int(byte) << (8 * index) }
        return bytes[bytes.startIndex] == 0 ? magnitude : -magnitude
    }
}
