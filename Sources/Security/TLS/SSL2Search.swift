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
        var reason = ""
        for _ in 0..<2 {
            guard ContinuousClock.now < end else { return SSL2Result(offer: .unknown("there was no time left")) }
            await gate.enter()
            let answer: SSL2Answer
            do throws(WireError) {
                answer = try await client.ask(hello, until: min(end, .now + stage))
            } catch {
                await gate.leave()
                reason = error.reason
                continue
            }
            await gate.leave()
            switch answer {
            case .hello(let hello):
                return SSL2Result(
                    offer: .yes, ciphers: hello.ciphers.map(SSL2Cipher.init).sorted(), certificate: hello.certificate)
            case .refused: return SSL2Result(offer: .no)
            case .brokeOff: reason = "its answer in SSL 2.0 broke off"
            }
        }
        return SSL2Result(offer: .unknown(reason))
    }
}
