import Foundation
import Glibc
import Testing
import Wire

/// Certificates made by openssl for one test, in a folder that is removed with it.
final class CertificateLab: Sendable {
    let folder: String

    init() throws {
        var template = Array("/tmp/guardia-tls-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    @discardableResult
    func openssl(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let result = try await Command.run(["openssl"] + arguments, deadline: .seconds(60))
        try #require(
            result.isSuccess, "openssl \(arguments.joined(separator: " ")): \(result.standardError.text)",
            sourceLocation: sourceLocation)
        return result.standardOutput.text
    }

    /// What a certificate is to be like.
    struct Order {
        var name: String
        var subject: String
        /// subjectAltName.
        var names = "DNS:shop.test"
        /// Days from now; a negative first day is in the past.
        var from = -1
        var to = 90
        var key = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        var digest = "-sha256"
        var isAuthority = false
        var extensions: [String] = []
        /// Nil: it signs itself.
        var issuer: String?
    }

    /// Makes `NAME.pem` and `NAME.key`; `openssl x509` cannot set dates of the past, `openssl ca` can.
    func make(_ order: Order) async throws {
        let key = path("\(order.name).key")
        let request = path("\(order.name).csr")
        let kind = order.key[0]
        let newKey = ["-newkey", kind == "ec" ? "ec" : kind] + order.key.dropFirst()
        try await openssl(
            ["req", "-new", "-nodes", "-subj", order.subject, "-keyout", key, "-out", request] + newKey)
        let store = path("ca-\(order.name)")
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: "\(store)/index", contents: nil)
        try "\(String(UInt32.random(in: 0x1000_0000...0x7fff_ffff), radix: 16))\n".write(
            toFile: "\(store)/serial", atomically: true, encoding: .utf8)
        var extensions = [
            "basicConstraints=critical,CA:\(order.isAuthority ? "TRUE" : "FALSE")", "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid",
        ]
        if !order.isAuthority, !order.names.isEmpty { extensions.append("subjectAltName=\(order.names)") }
        if order.isAuthority { extensions.append("keyUsage=critical,keyCertSign,cRLSign,digitalSignature") }
        extensions += order.extensions
        let configuration = try write(
            "\(order.name).cnf",
            """
            [ca]
            default_ca = d
            [d]
            database = \(store)/index
            serial = \(store)/serial
            new_certs_dir = \(store)
            default_md = sha256
            policy = p
            unique_subject = no
            [p]
            commonName = optional
            [x]
            \(extensions.joined(separator: "\n"))
            """)
        let issuer = order.issuer ?? order.name
        let selfSign = order.issuer == nil ? ["-selfsign"] : ["-cert", path("\(issuer).pem")]
        try await openssl(
            [
                "ca", "-batch", "-notext", "-config", configuration, "-extensions", "x", "-in", request, "-out",
                path("\(order.name).pem"), "-keyfile", path("\(issuer).key"), "-startdate", date(order.from),
                "-enddate", date(order.to), "-md", String(order.digest.dropFirst()),
            ] + selfSign)
    }

    private func date(_ days: Int) -> String {
        var seconds = time(nil) + days * 86_400
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(
            format: "%04d%02d%02d%02d%02d%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
            parts.tm_min, parts.tm_sec)
    }

    /// An authority `root`, an intermediate `middle` under it, and a server's certificate under that.
    func makeChain(_ change: (inout Order) -> Void = { _ in }, middle: (inout Order) -> Void = { _ in }) async throws {
        try await make(Order(name: "root", subject: "/CN=Test Root", isAuthority: true))
        var intermediate = Order(name: "middle", subject: "/CN=Test Intermediate", isAuthority: true, issuer: "root")
        middle(&intermediate)
        try await make(intermediate)
        var leaf = Order(name: "leaf", subject: "/CN=shop.test", issuer: "middle")
        change(&leaf)
        try await make(leaf)
    }
}
