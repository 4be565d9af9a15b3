import Glibc

/// What is kept in a bucket.
package struct S3Object: Hashable, Sendable {
    package var key: String
    package var bytes: Int64
    package var tag: String
}

extension S3Client {
    /// Everything whose key begins with `prefix`.
    package func list(_ prefix: String) async throws(S3Error) -> [S3Object] {
        var objects: [S3Object] = []
        var token: String?
        repeat {
            var query = [(name: "list-type", value: "2"), ("prefix", prefix)]
            if let token { query.append(("continuation-token", token)) }
            let text = try await send("GET", "", query: query, limit: 8 << 20).text[...]
            for part in S3Text.all("Contents", in: text) {
                objects.append(
                    S3Object(
                        key: S3Text.first("Key", in: part) ?? "",
                        bytes: S3Text.first("Size", in: part).flatMap { Int64($0) } ?? 0,
                        tag: S3Text.first("ETag", in: part) ?? ""))
            }
            token =
                S3Text.first("IsTruncated", in: text) == "true" ? S3Text.first("NextContinuationToken", in: text) : nil
        } while token != nil
        return objects
    }

    package func remove(_ key: String) async throws(S3Error) { _ = try await send("DELETE", key) }

    /// A small object at once.
    package func put(_ bytes: [UInt8], at key: String) async throws(S3Error) {
        _ = try await send("PUT", key, headers: Self.checksum(of: bytes), body: bytes)
    }

    /// A small object, whole.
    package func get(_ key: String, limit: Int) async throws(S3Error) -> [UInt8] {
        let response = try await send("GET", key, limit: limit)
        guard !response.isBodyTruncated else {
            throw S3Error(
                kind: .refused, operation: "GET", target: place(key), reason: "it has more than \(limit) bytes")
        }
        return response.body
    }

    // MARK: Large files

    /// Uploads a file: what is larger than a part, part by part. An upload of the same file that was broken off before goes on
    /// behind the parts that arrived whole.
    ///
    /// - Parameters:
    ///   - rate: bytes a second, on the average of some parts; nil: as fast as it goes.
    ///   - progress: is told how many bytes are there.
    package func upload(
        file path: String, to key: String, rate: Int64? = nil, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(S3Error) {
        let file = try LocalFile(path, place(key))
        var pace = pace(rate)
        if file.size <= settings.part {
            let bytes = try file.read(at: 0, count: Int(file.size))
            try await put(bytes, at: key)
            pace.take(bytes.count)
            progress(file.size)
            return try await rest(pace, "PUT", key)
        }
        // An upload has 10,000 parts at most.
        let part = max(Int64(settings.part), (file.size + 9_999) / 10_000)
        let (id, present) = try await begun(key)
        var tags: [String] = []
        var offset: Int64 = 0
        while offset < file.size {
            let number = tags.count + 1
            let bytes = try file.read(at: offset, count: Int(min(part, file.size - offset)))
            // The tag of a part is its MD5 where the service encrypts with no keys of its own; else it is sent again.
            if let there = present[number], there.bytes == bytes.count, there.tag == Self.tag(of: bytes) {
                tags.append(there.tag)
            } else {
                let response = try await send(
                    "PUT", key, query: [("partNumber", "\(number)"), ("uploadId", id)],
                    headers: Self.checksum(of: bytes), body: bytes)
                guard let tag = response.headers["etag"] else {
                    throw S3Error(
                        kind: .refused, operation: "PUT", target: place(key), reason: "a part without an ETag")
                }
                tags.append(tag)
                pace.take(bytes.count)
            }
            offset += Int64(bytes.count)
            progress(offset)
            try await rest(pace, "PUT", key)
        }
        try await complete(key, id, tags)
    }

    /// Gives up uploads of `key` that were begun and never ended.
    package func abandonUploads(of key: String) async throws(S3Error) {
        let open = try await send("GET", "", query: [("uploads", ""), ("prefix", key)], limit: 8 << 20).text
        for part in S3Text.all("Upload", in: open[...]) where S3Text.first("Key", in: part) == key {
            guard let id = S3Text.first("UploadId", in: part) else { continue }
            do throws(S3Error) { _ = try await send("DELETE", key, query: [("uploadId", id)]) } catch {
                // Somebody else was faster.
                guard error.kind == .missing else { throw error }
            }
        }
    }

    /// The upload of `key` that was begun last, with its parts; a new one where there is none.
    private func begun(_ key: String) async throws(S3Error) -> (id: String, parts: [Int: (bytes: Int, tag: String)]) {
        let open = try await send("GET", "", query: [("uploads", ""), ("prefix", key)], limit: 8 << 20).text
        for part in S3Text.all("Upload", in: open[...]).reversed() where S3Text.first("Key", in: part) == key {
            guard let id = S3Text.first("UploadId", in: part) else { continue }
            let text = try await send("GET", key, query: [("uploadId", id), ("max-parts", "10000")], limit: 8 << 20)
                .text
            var parts: [Int: (bytes: Int, tag: String)] = [:]
            for part in S3Text.all("Part", in: text[...]) {
                guard let number = S3Text.first("PartNumber", in: part).flatMap({ Int($0) }),
                    let size = S3Text.first("Size", in: part).flatMap({ Int($0) }),
                    let tag = S3Text.first("ETag", in: part)
                else { continue }
                parts[number] = (size, tag)
            }
            return (id, parts)
        }
        return (try await beginUpload(of: key), [:])
    }

    /// Begins an upload in parts; its id.
    package func beginUpload(of key: String) async throws(S3Error) -> String {
        let text = try await send("POST", key, query: [("uploads", "")], body: []).text
        guard let id = S3Text.first("UploadId", in: text[...]) else {
            throw S3Error(kind: .refused, operation: "POST", target: place(key), reason: "no upload was begun")
        }
        return id
    }

    private func complete(_ key: String, _ id: String, _ tags: [String]) async throws(S3Error) {
        let parts = tags.enumerated().map {
            "<Part><PartNumber>\($0.offset + 1)</PartNumber><ETag>\($0.element)</ETag></Part>"
        }
        let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
        let text = try await send("POST", key, query: [("uploadId", id)], body: Array(body.utf8)).text
        // "A request that returns 200 OK can still contain an error": the manual on CompleteMultipartUpload.
        if text.contains("<Error>") {
            throw S3Error(
                kind: .refused, operation: "POST", target: place(key),
                reason: S3Text.first("Message", in: text[...]) ?? "it could not be completed")
        }
    }

    /// Reads an object in pieces, each asked again where the connection broke, from where the last ended.
    ///
    /// - Parameters:
    ///   - rate: bytes a second, on the average; nil: as fast as it goes.
    ///   - take: is given each piece, in order.
    /// - Returns: how many bytes there were.
    @discardableResult
    package func read(
        _ key: String, rate: Int64? = nil, take: @Sendable ([UInt8]) throws(S3Error) -> Void
    ) async throws(S3Error) -> Int64 {
        let head = try await send("HEAD", key)
        guard let size = head.headers["content-length"].flatMap({ Int64($0) }) else {
            throw S3Error(kind: .refused, operation: "HEAD", target: place(key), reason: "it does not say its size")
        }
        var pace = pace(rate)
        let piece = pace.piece(atMost: settings.part)
        var offset: Int64 = 0
        while offset < size {
            let end = min(size, offset + Int64(piece)) - 1
            let response = try await send("GET", key, headers: [("range", "bytes=\(offset)-\(end)")], limit: piece)
            guard response.body.count == Int(end - offset + 1) else {
                throw S3Error(
                    kind: .differs, operation: "GET", target: place(key),
                    reason: "\(response.body.count) bytes came where \(end - offset + 1) were asked for")
            }
            try take(response.body)
            offset = end + 1
            pace.take(response.body.count)
            try await rest(pace, "GET", key)
        }
        return size
    }

    // MARK: Sums

    /// What makes the service hold what it got against what was sent.
    private static func checksum(of bytes: [UInt8]) -> [(name: String, value: String)] {
        [("x-amz-checksum-sha256", Base64.text(SHA256.hash(bytes)))]
    }

    private static func tag(of bytes: [UInt8]) -> String { "\"\(Hexadecimal.text(Digests.md5(bytes)))\"" }
}

/// A file that is read in pieces.
private struct LocalFile: ~Copyable {
    let size: Int64
    private let descriptor: Int32
    private let path: String
    private let target: String

    init(_ path: String, _ target: String) throws(S3Error) {
        self.path = path
        self.target = target
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw S3Error(
                kind: .refused, operation: "upload", target: target,
                reason: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    func read(at offset: Int64, count: Int) throws(S3Error) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let more = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + done, count - done, off_t(offset) + off_t(done))
            }
            guard more > 0 else {
                throw S3Error(
                    kind: .refused, operation: "upload", target: target, reason: "\(path) became shorter meanwhile")
            }
            done += more
        }
        return bytes
    }
}

/// RFC 4648.
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var number = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            number <<= UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                let letter = alphabet[Int(number >> UInt32(18 - 6 * position) & 63)]
                text.append(position <= group.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension S3Client {
    /// Makes the bucket.
    package func makeBucket() async throws(S3Error) { _ = try await send("PUT", "", body: []) }
}
