import Foundation
import Glibc
import Synchronization
import Wire

/// A small S3 service on loopback that checks signatures as the real one does, and fails on demand.
final class S3Fake: Sendable {
    struct Faults: Sendable {
        /// How many requests are answered by 503 SlowDown.
        var slowDowns = 0
        /// How many uploads of a part are cut off in the middle of their body.
        var cuts = 0
        /// How many downloads are cut off in the middle of their body.
        var halves = 0
        /// Keeps something else than was sent.
        var spoils = false
        /// How far its clock is ahead of ours, in seconds.
        var skew: Int64 = 0
        /// From this part on every request fails: the service is gone.
        var dead = false
    }

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var uploads: [String: (key: String, parts: [Int: [UInt8]])] = [:]
        var faults = Faults()
        var puts = 0
        var isOver = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    static let keys = SigV4.Keys(id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) }
        }
        guard bound == 0, listen(listener, 64) == 0 else { throw Shell.Failure(description: "no port") }
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        Thread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread { self.serve(client) }.start()
            }
        }.start()
    }

    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    func set(_ faults: Faults) { state.withLock { $0.faults = faults } }
    var objects: [String: [UInt8]] { state.withLock { $0.objects } }
    /// How many bodies were taken in whole.
    var puts: Int { state.withLock { $0.puts } }
    var openUploads: Int { state.withLock { $0.uploads.count } }

    func client(
        on reactor: Reactor, keys: SigV4.Keys = S3Fake.keys, part: Int = 64 << 10, timing: TransferTiming? = nil
    ) -> S3Client {
        S3Client(
            .init(
                endpoint: "http://127.0.0.1:\(port)", region: "sa-east-1", bucket: "backups", keys: keys, part: part,
                attempts: 4, pause: .milliseconds(5), deadline: .seconds(10)), on: reactor, timing: timing)
    }

    // MARK: HTTP

    private struct Request {
        var method = ""
        var path = ""
        var query: [(name: String, value: String)] = []
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }

    private func serve(_ client: Int32) {
        defer { Glibc.close(client) }
        var buffer: [UInt8] = []
        while let request = read(client, &buffer) {
            let (status, head, body) = answer(request)
            let isHalf = state.withLock { state in
                guard request.method == "GET", body.count > 1000, state.faults.halves > 0 else { return false }
                state.faults.halves -= 1
                return true
            }
            let date = DateFormatter()
            date.locale = Locale(identifier: "en_US_POSIX")
            date.timeZone = TimeZone(identifier: "GMT")
            date.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let skew = state.withLock { $0.faults.skew }
            var text = "HTTP/1.1 \(status) X\r\nContent-Length: \(head["content-length"] ?? "\(body.count)")\r\n"
            text += "Date: \(date.string(from: Date(timeIntervalSinceNow: Double(skew))))\r\n"
            for (name, value) in head where name != "content-length" { text += "\(name): \(value)\r\n" }
            let bytes =
                Array((text + "\r\n").utf8)
                + (request.method == "HEAD" ? [] : isHalf ? Array(body.prefix(body.count / 2)) : body)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    send(client, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
            if isHalf { return }
        }
    }

    private func read(_ client: Int32, _ buffer: inout [UInt8]) -> Request? {
        func more() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(client, &chunk, chunk.count, 0)
            if count > 0 { buffer += chunk[..<count] }
            return count > 0
        }
        var end: Int?
        while end == nil {
            end = Self.headEnd(buffer)
            if end == nil, !more() { return nil }
        }
        let head = String(decoding: buffer[..<end!], as: UTF8.self)
        buffer.removeFirst(end! + 4)
        var lines = head.components(separatedBy: "\r\n")
        let words = lines.removeFirst().split(separator: " ").map(String.init)
        var request = Request()
        request.method = words[0]
        let parts = words[1].split(separator: "?", maxSplits: 1).map(String.init)
        request.path = parts[0].removingPercentEncoding ?? ""
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            request.query.append(
                (
                    String(sides[0]).removingPercentEncoding ?? "",
                    sides.count > 1 ? String(sides[1]).removingPercentEncoding ?? "" : ""
                ))
        }
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            request.headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        let isCut = state.withLock { state in
            guard request.query.contains(where: { $0.name == "partNumber" }), state.faults.cuts > 0 else {
                return false
            }
            state.faults.cuts -= 1
            return true
        }
        while buffer.count < length {
            if isCut, buffer.count > length / 2 { return nil }
            if !more() { return nil }
        }
        if isCut { return nil }
        request.body = Array(buffer[..<length])
        buffer.removeFirst(length)
        return request
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index
        }
        return nil
    }

    // MARK: S3

    private typealias Answer = (Int, [String: String], [UInt8])

    private func error(_ status: Int, _ code: String, _ message: String = "no") -> Answer {
        (status, [:], Array("<Error><Code>\(code)</Code><Message>\(message)</Message></Error>".utf8))
    }

    /// What is wrong with a request's signature.
    private func objection(_ request: Request) -> Answer? {
        guard let authorization = request.headers["authorization"], let time = request.headers["x-amz-date"],
            let sum = request.headers["x-amz-content-sha256"]
        else { return error(403, "AccessDenied") }
        guard authorization.contains("Credential=\(Self.keys.id)/") else { return error(403, "InvalidAccessKeyId") }
        let skew = state.withLock { $0.faults.skew }
        if abs(skew) > 900 { return error(403, "RequestTimeTooSkewed") }
        guard sum == Hexadecimal.text(SHA256.hash(request.body)) else { return error(400, "XAmzContentSHA256Mismatch") }
        if let checksum = request.headers["x-amz-checksum-sha256"] {
            guard checksum == Data(SHA256.hash(request.body)).base64EncodedString() else {
                return error(400, "BadDigest")
            }
        }
        let names = authorization.components(separatedBy: "SignedHeaders=").last?.split(separator: ",").first ?? ""
        let ours: Set<String> = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
        let others = names.split(separator: ";").map(String.init).filter { !ours.contains($0) }
        let expected = SigV4(keys: Self.keys, region: "sa-east-1").headers(
            method: request.method, host: request.headers["host"] ?? "", path: request.path, query: request.query,
            headers: others.map { ($0, request.headers[$0] ?? "") }, payload: sum, time: time)
        return expected.contains { $0.value == authorization } ? nil : error(403, "SignatureDoesNotMatch")
    }

    private func answer(_ request: Request) -> Answer {
        let isSlow = state.withLock { state in
            defer { state.faults.slowDowns = max(0, state.faults.slowDowns - 1) }
            return state.faults.slowDowns > 0
        }
        if state.withLock({ $0.faults.dead }) { return error(500, "InternalError") }
        if isSlow { return error(503, "SlowDown", "Please reduce your request rate.") }
        if let objection = objection(request) { return objection }
        guard request.path == "/backups" || request.path.hasPrefix("/backups/") else {
            return error(404, "NoSuchBucket")
        }
        let key = String(request.path.dropFirst("/backups/".count))
        let query = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        return state.withLock { state -> Answer in
            switch (request.method, key.isEmpty) {
            case ("GET", true) where query["uploads"] != nil:
                let list = state.uploads.map {
                    "<Upload><Key>\($0.value.key)</Key><UploadId>\($0.key)</UploadId></Upload>"
                }
                return (200, [:], Array("<R>\(list.joined())</R>".utf8))
            case ("GET", true):
                // Two a page, so that pages are turned.
                let keys = state.objects.keys.filter { $0.hasPrefix(query["prefix"] ?? "") }.sorted()
                let start = query["continuation-token"].flatMap { Int($0) } ?? 0
                let page = keys.dropFirst(start).prefix(2)
                let list = page.map {
                    "<Contents><Key>\($0.replacing("&", with: "&amp;"))</Key><Size>\(state.objects[$0]!.count)</Size></Contents>"
                }
                let isCut = start + page.count < keys.count
                let tail =
                    "<IsTruncated>\(isCut)</IsTruncated><NextContinuationToken>\(start + page.count)</NextContinuationToken>"
                return (200, [:], Array("<R>\(list.joined())\(tail)</R>".utf8))
            case ("GET", false) where query["uploadId"] != nil:
                let parts = state.uploads[query["uploadId"]!]?.parts ?? [:]
                let list = parts.map {
                    "<Part><PartNumber>\($0.key)</PartNumber><Size>\($0.value.count)</Size><ETag>&quot;\(Self.tag($0.value))&quot;</ETag></Part>"
                }
                return (200, [:], Array("<R>\(list.joined())</R>".utf8))
            case ("HEAD", false):
                guard let bytes = state.objects[key] else { return (404, [:], []) }
                return (200, ["content-length": "\(bytes.count)"], [])
            case ("GET", false):
                guard let bytes = state.objects[key] else { return error(404, "NoSuchKey") }
                if let range = request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-").compactMap({
                    Int($0)
                }), range.count == 2 {
                    return (206, [:], Array(bytes[range[0]...min(range[1], bytes.count - 1)]))
                }
                return (200, [:], bytes)
            case ("PUT", false):
                var body = request.body
                state.puts += 1
                if state.faults.spoils, !body.isEmpty { body[body.count / 2] ^= 1 }
                if let id = query["uploadId"], let number = query["partNumber"].flatMap({ Int($0) }) {
                    guard state.uploads[id] != nil else { return error(404, "NoSuchUpload") }
                    state.uploads[id]!.parts[number] = body
                } else {
                    state.objects[key] = body
                }
                return (200, ["ETag": "\"\(Self.tag(body))\""], [])
            case ("POST", false) where query["uploads"] != nil:
                let id = "upload-\(state.uploads.count)-\(key.count)"
                state.uploads[id] = (key, [:])
                return (200, [:], Array("<R><UploadId>\(id)</UploadId></R>".utf8))
            case ("POST", false):
                guard let upload = state.uploads.removeValue(forKey: query["uploadId"] ?? "") else {
                    return error(404, "NoSuchUpload")
                }
                state.objects[upload.key] = upload.parts.sorted { $0.key < $1.key }.flatMap(\.value)
                return (200, [:], Array("<R/>".utf8))
            case ("DELETE", false) where query["uploadId"] != nil:
                let isThere = state.uploads.removeValue(forKey: query["uploadId"]!) != nil
                return isThere ? (204, [:], []) : error(404, "NoSuchUpload")
            case ("DELETE", false):
                state.objects[key] = nil
                return (204, [:], [])
            default: return error(405, "MethodNotAllowed")
            }
        }
    }

    private static func tag(_ bytes: [UInt8]) -> String {
        // MD5, by a program that is not ours.
        let file = "/tmp/guardia-md5-\(UInt64.random(in: 0 ... .max))"
        _ = FileManager.default.createFile(atPath: file, contents: Data(bytes))
        defer { unlink(file) }
        return String((try? Shell.run(["md5sum", file]))?.prefix(32) ?? "")
    }
}
