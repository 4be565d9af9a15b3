/// A TLS cipher suite, by IANA's number; what it is worth follows from its registered name.
package struct CipherSuite: Hashable, Comparable, Sendable {
    package let number: UInt16
    package let name: String

    package init(_ number: UInt16) {
        self.number = number
        name = CipherSuite.registry[number] ?? "0x\(String(number, radix: 16))"
    }

    package static func < (left: CipherSuite, right: CipherSuite) -> Bool {
        (right.bits, left.number) < (left.bits, right.number)
    }

    /// Every suite that is asked for, TLS 1.3's apart.
    package static let classic: [CipherSuite] = registry.keys.sorted().map(CipherSuite.init).filter { !$0.isTLS13 }
    package static let modern: [CipherSuite] = registry.keys.sorted().map(CipherSuite.init).filter(\.isTLS13)

    package var isTLS13: Bool { number >> 8 == 0x13 }
    /// Nothing is encrypted.
    package var isNull: Bool { name.contains("_WITH_NULL_") }
    /// Nobody proves who they are.
    package var isAnonymous: Bool { name.contains("_anon_") }
    /// Weakened by law, in the nineties.
    package var isExport: Bool { name.contains("EXPORT") }
    package var isRC4: Bool { name.contains("_RC4_") }
    /// A block cipher of 64 bits: Sweet32 (CVE-2016-2183).
    package var hasShortBlocks: Bool {
        name.contains("DES_") || name.contains("_IDEA_") || name.contains("_RC2_") || name.contains("DES40")
    }
    package var isTripleDES: Bool { name.contains("_3DES_") }
    package var isAEAD: Bool {
        isTLS13 || name.contains("_GCM_") || name.contains("_CCM") || name.contains("_CHACHA20_")
    }
    /// Keys of the past stay secret when the server's key is stolen.
    package var isForwardSecret: Bool { isTLS13 || name.hasPrefix("TLS_ECDHE_") || name.hasPrefix("TLS_DHE_") }
    package var usesFiniteFieldDH: Bool { name.hasPrefix("TLS_DHE_") }

    /// The strength of the encryption, in bits of its key.
    package var bits: Int {
        if isNull { return 0 }
        if isExport { return name.contains("EXPORT1024") ? 56 : 40 }
        if isTripleDES { return 112 }
        if name.contains("_WITH_DES_") { return 56 }
        return name.contains("_256_") || name.contains("CHACHA20") ? 256 : 128
    }

    /// What must never be offered.
    package var isInsecure: Bool { isNull || isAnonymous || isExport || bits < 112 }
}
