/// Whether a backup is encrypted, by how it begins.
package enum BackupSeal: Hashable, Sendable {
    case encrypted(String)
    case plain(String)
    case unknown

    package init(first bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(64))
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if begins("age-encryption.org/") || begins("-----BEGIN AGE") {
            self = .encrypted("age")
        } else if begins("-----BEGIN PGP MESSAGE") {
            self = .encrypted("OpenPGP")
        } else if begins("Salted__") {
            self = .encrypted("openssl enc")
        } else if begins("LUKS\u{BA}\u{BE}") || bytes.starts(with: [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]) {
            self = .encrypted("LUKS")
        } else if begins("PGDMP") {
            self = .plain("pg_dump")
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .plain("zstd")
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .plain("gzip")
        } else if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            self = .plain("xz")
        } else if begins("--") || begins("CREATE") || begins("BEGIN;") || begins("SET ") {
            self = .plain("SQL")
        } else if let first = bytes.first, [0x84, 0x85, 0x8C, 0xC1, 0xC3].contains(first), bytes.count > 3 {
            // OpenPGP's packets of a session key (RFC 4880 section 4.2, tags 1 and 3).
            self = .encrypted("OpenPGP")
        } else {
            self = .unknown
        }
    }
}
