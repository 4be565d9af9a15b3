/// A cipher of SSL 2.0, by the three bytes that name it (draft-hickman-netscape-ssl-00 section 5.2.1, and what SSLeay added).
package struct SSL2Cipher: Hashable, Comparable, Sendable {
    package var number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package static func < (left: SSL2Cipher, right: SSL2Cipher) -> Bool { left.number < right.number }

    /// Every one that is known.
    package static let all = names.map { SSL2Cipher($0.key) }.sorted()

    package var name: String { SSL2Cipher.names[number] ?? "SSL_CK_" + String(number, radix: 16) }

    private static let names: [UInt32: String] = [
        0x010080: "SSL_CK_RC4_128_WITH_MD5", 0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
        0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5", 0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
        0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5", 0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
        0x060140: "SSL_CK_DES_64_CBC_WITH_SHA", 0x0700C0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
        0x0701C0: "SSL_CK_DES_192_EDE3_CBC_WITH_SHA", 0x080080: "SSL_CK_RC4_64_WITH_MD5",
    ]
}
