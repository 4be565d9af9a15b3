import FoundationEssentials
import Glibc
import Wire

/// A certificate authority of the rehearsal's own, made by openssl at each start; it goes with the folder.
package struct OwnAuthority: Sendable {
    /// A certificate for `localhost` and 127.0.0.1, and the key that the servers' user alone may read.
    package struct Pair: Sendable {
        package let certificate: String
        package let key: String
    }

    /// Its own certificate, which clients trust.
    package let file: String
    private let key: String
    private let folder: String
    /// Small keys, quickly made.
    private static let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    /// - Parameter folder: one that the servers' user can search.
    package static func make(in folder: String) async throws -> OwnAuthority {
        let authority = OwnAuthority(file: "\(folder)/authority.pem", key: "\(folder)/authority.key", folder: folder)
        try await openssl(
            ["req", "-x509"] + curve + [
                "-subj", "/CN=guardia rehearsal authority", "-days", "365", "-sha256", "-keyout", authority.key, "-out",
                authority.file, "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try check(chmod(authority.file, 0o644), "chmod", authority.file)
        return authority
    }

    /// Gives a server its certificate.
    package func pair(for name: String) async throws -> Pair {
        let pair = Pair(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
        let (request, extensions) = ("\(folder)/\(name).csr", "\(folder)/\(name).ext")
        try writeFile(
            extensions,
            "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        )
        try await OwnAuthority.openssl(
            ["req"] + OwnAuthority.curve + ["-subj", "/CN=localhost", "-keyout", pair.key, "-out", request])
        let serial = "0x\(String(UInt32.random(in: 1 ... .max), radix: 16))"
        try await OwnAuthority.openssl([
            "x509", "-req", "-in", request, "-CA", file, "-CAkey", key, "-set_serial", serial, "-days", "90", "-sha256",
            "-extfile", extensions, "-out", pair.certificate,
        ])
        try check(chmod(pair.certificate, 0o644), "chmod", pair.certificate)
        if let user = ServerUser.current { try check(chown(pair.key, user.uid, user.gid), "chown", pair.key) }
        return pair
    }

    private static func openssl(_ words: [String]) async throws {
        let result = try await Command.run(["openssl"] + words, deadline: .seconds(30))
        guard result.isSuccess else { throw RehearsalError.noCertificate(reason: result.standardError.text) }
    }
}
