import CCrypto

/// The program on an edge's machine that moves its traffic: `Config/edge/guardia-door`, as it was when this binary was built.
package enum EdgeHelper {
    package static var script: [UInt8] { PackageResources.guardia_door }

    /// The version that it tells of itself: its SHA-256.
    package static let version = SHA256Digest.hex(script)

    /// The version of the requests and answers.
    static let dialect = "1"

    /// What is run on the edge: requests on standard input.
    static func words(_ path: String, door: String) -> [String] { [path, "--door", door, "serve"] }
}

enum SHA256Digest {
    static func hex(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        // EVP_Digest fails only where no provider offers SHA-256.
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
