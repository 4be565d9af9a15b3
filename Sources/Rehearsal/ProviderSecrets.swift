import FoundationEssentials
import Glibc
import Wire

/// What the channels of a rehearsal prove themselves by to its fake providers: files closed to others, as in production.
enum ProviderSecrets {
    private struct ServiceAccount: Encodable {
        var type = "service_account"
        var client_email = "guardia@rehearsal.example"
        var private_key: String
        var token_uri: String
    }

    /// - Parameter url: where the providers are.
    static func write(in folder: String, providers url: String) async throws {
        // A key of its own: none lies in the repository.
        let made = try await Command.run(
            ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], deadline: .seconds(60))
        guard made.isSuccess else { throw RehearsalError.noKey(reason: made.standardError.text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let account = try encoder.encode(
            ServiceAccount(private_key: made.standardOutput.text, token_uri: "\(url)/token"))
        try keep(Array(account), at: "\(folder)/firebase.json")
        try keep(Array("rehearsal".utf8), at: "\(folder)/provider-token")
    }

    private static func keep(_ bytes: [UInt8], at path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw RehearsalError.noKey(reason: String(cString: strerror(errno)))
        }
        close(descriptor)
    }
}
