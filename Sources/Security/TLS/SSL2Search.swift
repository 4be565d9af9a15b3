import Launch
import Wire

extension SuiteSearch {
    struct SSL2Result: Sendable {
        var offer: TLSEvidence.Offer
        var ciphers: [SSL2Cipher] = []
        var certificate: [UInt8]?
    }

    /// Whether SSL 2.0 is spoken. One hello is enough: the server names all its ciphers in its answer.
    func runSSL2() async -> SSL2Result {
        let hello = SSL2Hello(
            ciphers: SSL2Cipher.all.map(\.number), challenge: (0..<16).map { _ in UInt8.random(in: 0...255) })
        do throws(Untold) {
            let answer = try await once { until throws(WireError) in
                try await client.ask(hello, until: until)
            } lost: {
                $0 == .brokeOff ? "its answer in SSL 2.0 broke off" : nil
            }
            guard case .hello(let hello) = answer else { return SSL2Result(offer: .no) }
            return SSL2Result(
                offer: .yes, ciphers: hello.ciphers.map(SSL2Cipher.init).sorted(), certificate: hello.certificate)
        } catch {
            return SSL2Result(offer: .unknown(error.reason))
        }
    }
}
