import CCurl

/// Hands messages to mail servers (SMTP, RFC 5321) by the reactor's libcurl.
package actor MailClient {
    private let reactor: Reactor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(on reactor: Reactor) { self.reactor = reactor }

    /// Sends one message on a connection of its own.
    ///
    /// - Returns: what the server said when it took the message.
    /// - Throws: `WireError`; a reply of 400 or more is `.server` with its code, a login that is not taken `.denied`.
    package func send(_ request: MailRequest, deadline: Duration) async throws(WireError) -> MailReply {
        let end = ContinuousClock.now + deadline
        reactor.checkIsolated()
        let transfer = try MailTransfer(request)
        switch await reactor.perform(transfer.easy, until: end) {
        case .finished(CURLE_OK): return transfer.reply
        case .finished(let code): throw transfer.error(code)
        case .timedOut: throw transfer.timedOut()
        case .cancelled, .ready:
            throw WireError(
                .cancelled, "mail", on: request.target, because: "cancelled", mayHaveArrived: transfer.wasSent)
        }
    }
}
