import Foundation
import Testing
import Wire

/// A real mail server (aiosmtpd) on 127.0.0.1, which keeps what it takes in files and refuses what it is told to.
final class MailServer {
    let port: Int
    let folder: String
    private let input = Foundation.Pipe()

    /// What it does beside taking mail.
    struct Options {
        var tls = false
        var requireTLS = false
        /// `user:password` that it wants.
        var login: String?
        /// Replies to RCPT and to the whole message, in place of 250.
        var recipientReply: String?
        var dataReply: String?
        /// It takes the message and says no more.
        var hangs = false
    }

    private static let program = """
        import asyncio, os, ssl, sys, json, threading
        from aiosmtpd.smtp import SMTP, AuthResult
        folder, options = sys.argv[1], json.loads(sys.argv[2])
        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
                if options.get('recipientReply'):
                    return options['recipientReply'].replace('ADDRESS', address)
                envelope.rcpt_tos.append(address)
                return '250 OK'
            async def handle_DATA(self, server, session, envelope):
                name = os.path.join(folder, 'mail-%d' % len(os.listdir(folder)))
                with open(name + '.part', 'wb') as f:
                    f.write(json.dumps({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': session.ssl is not None}).encode() + b'\\n' + envelope.content)
                os.rename(name + '.part', name)
                if options.get('hangs'):
                    await asyncio.sleep(3600)
                return options.get('dataReply') or '250 2.0.0 queued as 1F'
        def authenticate(server, session, envelope, mechanism, data):
            user, password = options['login'].split(':', 1)
            good = data.login.decode() == user and data.password.decode() == password
            return AuthResult(success=good, handled=good)
        context = None
        if options.get('tls'):
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(os.path.join(os.path.dirname(folder), 'cert.pem'), os.path.join(os.path.dirname(folder), 'key.pem'))
        def make():
            login = options.get('login')
            return SMTP(Handler(), tls_context=context, require_starttls=options.get('requireTLS', False), auth_required=bool(login),
                        authenticator=authenticate if login else None, auth_require_tls=bool(login) and context is not None, hostname='mail.test')
        # Whoever started it holds the other end: it ends with them, however they end.
        def wait():
            sys.stdin.read()
            os._exit(0)
        threading.Thread(target=wait, daemon=True).start()
        async def main():
            server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    init(_ options: Options = Options(), in temporary: TemporaryFolder) throws {
        folder = "\(temporary.path)/mails"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var words: [String: Any] = ["tls": options.tls, "requireTLS": options.requireTLS, "hangs": options.hangs]
        words["login"] = options.login
        words["recipientReply"] = options.recipientReply
        words["dataReply"] = options.dataReply
        let json = String(decoding: try JSONSerialization.data(withJSONObject: words), as: UTF8.self)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program, folder, json]
        let output = Foundation.Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)), "aiosmtpd did not start")
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// What it took: the envelope as JSON, and the message.
    var mails: [(envelope: [String: Any], message: String)] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasSuffix(".part") }
        return names.sorted().compactMap { name in
            guard let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8),
                let end = text.firstIndex(of: "\n"),
                let envelope = try? JSONSerialization.jsonObject(with: Data(text[..<end].utf8)) as? [String: Any]
            else { return nil }
            return (envelope, String(text[text.index(after: end)...]))
        }
    }

    /// A certificate for 127.0.0.1, in the folder: its own authority.
    static func makeCertificate(in temporary: TemporaryFolder, name: String = "IP:127.0.0.1") async throws {
        let result = try await Command.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail.test", "-addext",
                "subjectAltName=\(name)", "-keyout", "\(temporary.path)/key.pem", "-out", "\(temporary.path)/cert.pem",
            ], deadline: .seconds(60))
        try #require(result.isSuccess, "\(result.standardError.text)")
    }
}
