/// How a server proves who it is, and how we do.
package struct TLSSettings: Hashable, Sendable {
    /// Whether the chain must lead to a trusted authority and the certificate bear the host's name.
    package var verify = true
    /// Trusted authorities, PEM; nil is the system's.
    package var caFile: String?
    /// Our own certificate and its key, PEM. A key with a passphrase is refused: nobody is there to type it.
    package var clientCertificateFile: String?
    package var clientKeyFile: String?

    package init(
        verify: Bool = true, caFile: String? = nil, clientCertificateFile: String? = nil, clientKeyFile: String? = nil
    ) {
        self.verify = verify
        self.caFile = caFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
    }
}
