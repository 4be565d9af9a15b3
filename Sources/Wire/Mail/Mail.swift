import CCurl
import CLinux
import Glibc

/// Hands messages to mail servers (SMTP, RFC 5321) by libcurl, each on a thread of its own.
///
/// Not on the Reactor, as all else is: libcurl's SMTP waits inside `curl_multi_perform` for the server's word to the whole
/// message (its `smtp_done` blocks; seen with 7.88). A slow mail server would hold up every probe.
package enum Mail {
    /// Sends one message on a connection of its own.
    ///
    /// - Returns: what the server said when it took the message.
    /// - Throws: `WireError`; a reply of 400 or more is `.server` with its code, a login that is not taken `.denied`.
    package static func send(_ request: MailRequest, deadline: Duration) async throws(WireError) -> MailReply {
        let result = await withCheckedContinuation { continuation in
            let run = Run(request, deadline, continuation)
            let argument = Unmanaged.passRetained(run)
            let code = guardia_start_thread(Run.main, argument.toOpaque())
            guard code == 0 else {
                argument.release()
                let reason = String(cString: strerror(code))
                continuation.resume(
                    returning: .failure(WireError(.outOfResources, "mail", on: request.target, because: reason)))
                return
            }
        }
        return try result.get()
    }

    private final class Run: Sendable {
        typealias Waiter = CheckedContinuation<Result<MailReply, WireError>, Never>

        private let request: MailRequest
        private let deadline: Duration
        private let waiter: Waiter

        init(_ request: MailRequest, _ deadline: Duration, _ waiter: Waiter) {
            self.request = request
            self.deadline = deadline
            self.waiter = waiter
        }

        static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
            guard let argument else { return nil }
            Unmanaged<Run>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }

        private func run() {
            do throws(WireError) {
                try ProcessSetup.ensure()
                let transfer = try MailTransfer(request, deadline: deadline)
                // Letting go of the transfer says QUIT and waits for the answer: by then nobody waits for us.
                withExtendedLifetime(transfer) { waiter.resume(returning: transfer.perform()) }
            } catch {
                waiter.resume(returning: .failure(error))
            }
        }
    }
}
