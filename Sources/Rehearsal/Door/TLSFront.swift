import FoundationEssentials
import Glibc
import Wire

/// The certificate of the rehearsal's HTTPS address, by an authority of its own, made by openssl.
package struct TLSFront: Sendable {
    package let authority: String
    package let certificate: String
    package let key: String

    /// - Parameter folder: one that the servers' user can search.
    static func make(in folder: String) async throws -> TLSFront {
        let front = TLSFront(
            authority: "\(folder)/authority.pem", certificate: "\(folder)/edge.pem", key: "\(folder)/edge.key")
        let own = "\(folder)/authority.key"
        let request = "\(folder)/edge.csr"
        let extensions = "\(folder)/edge.ext"
        try writeFile(
            extensions,
            "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        )
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await openssl(
            ["req", "-x509"] + curve + [
                "-subj", "/CN=guardia rehearsal authority", "-days", "365", "-sha256", "-keyout", own, "-out",
                front.authority,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try await openssl(["req"] + curve + ["-subj", "/CN=localhost", "-keyout", front.key, "-out", request])
        try await openssl([
            "x509", "-req", "-in", request, "-CA", front.authority, "-CAkey", own, "-set_serial", "0x51", "-days", "90",
            "-sha256", "-extfile", extensions, "-out", front.certificate,
        ])
        for file in [front.certificate, front.authority] { try check(chmod(file, 0o644), "chmod", file) }
        if let user = ServerUser.current { try check(chown(front.key, user.uid, user.gid), "chown", front.key) }
        return front
    }

    private static func openssl(_ words: [String]) async throws {
        let result = try await Command.run(["openssl"] + words, deadline: .seconds(30))
        guard result.isSuccess else { throw RehearsalError.noCertificate(reason: result.standardError.text) }
    }
}
