import Foundation
import Launch
import Testing
import Wire

@testable import Notify

@Suite struct EmailTests {
    let reactor: Reactor
    let folder: TemporaryFolder

    init() throws {
        reactor = try Reactor()
        folder = try TemporaryFolder()
    }

    private func channel(
        _ server: MailServer, encryption: EmailPlan.Encryption = .none, user: String? = nil, ca: Bool = true
    ) -> EmailChannel {
        EmailChannel(
            EmailPlan(
                host: "127.0.0.1", port: server.port, encryption: encryption, user: user,
                password: user.map { _ in .environment("MAIL-PASSWORD") }, from: "guardia@barberpro.ar",
                tls: TLSPolicy(caFile: ca ? "\(folder.path)/cert.pem" : nil)), to: "ops@barberpro.ar",
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
    }

    private let page = Launch.Notification.sample(address: "ana@barberpro.ar", summary: "Éxito de pagos 91 %")

    // MARK: Delivery

    @Test func aPageIsAMailWithTextAndHTML() async throws {
        let server = try MailServer(in: folder)
        #expect(await channel(server).send(page) == .taken(reference: "guardia.p-1@barberpro.ar"))
        let mail = try #require(server.mails.first)
        #expect(mail.envelope["from"] as? String == "guardia@barberpro.ar")
        #expect(mail.envelope["to"] as? [String] == ["ana@barberpro.ar"])
        // Another implementation reads it.
        try mail.message.write(toFile: "\(folder.path)/read", atomically: true, encoding: .utf8)
        let read = try await Command.run(
            [
                "/usr/bin/python3", "-c",
                """
                import email, email.policy, sys
                m = email.message_from_file(open(sys.argv[1]), policy=email.policy.default)
                print(m['subject']); print(m['to']); print(m['message-id']); print(m['auto-submitted'])
                print(m.get_body(('plain',)).get_content()); print(m.get_body(('html',)).get_content())
                """, "\(folder.path)/read",
            ], deadline: .seconds(20))
        try #require(read.isSuccess, "\(read.standardError.text)")
        let lines = read.standardOutput.text.replacing("\r\n", with: "\n").components(separatedBy: "\n")
        #expect(lines[0] == "CRITICAL BarberPro production: Éxito de pagos 91 %")
        #expect(lines[1] == "ana@barberpro.ar")
        #expect(lines[2] == "<guardia.p-1@barberpro.ar>")
        #expect(lines[3] == "auto-generated")
        #expect(lines.contains("Since: 2026-02-25 03:13:20 ART"))
        #expect(lines.contains("Acknowledge or escalate: https://guardia.example/p/7Kq2"))
        #expect(lines.last { $0.hasPrefix("<!DOCTYPE html>") } != nil)
    }

    @Test(arguments: ["https://wiki.example/runbook#disk", "runbook.md, section disk"])
    func theRunbookIsALinkOrSaysWhereItIs(runbook: String) throws {
        let server = try MailServer(in: folder)
        let mail = channel(server).message(.sample(runbook: runbook), to: "ana@barberpro.ar", thread: nil)
        #expect(mail.text.contains("Runbook: \(runbook)\n"))
        #expect(mail.html?.contains("<a href=\"\(runbook)\">") == runbook.hasPrefix("http"))
        #expect(mail.html?.contains(runbook) == true)
    }

    @Test func whatFollowsIsInTheThreadAndGoesToTheListWhereNobodyIsNamed() async throws {
        let server = try MailServer(in: folder)
        let resolved = Launch.Notification.sample(page: "p-2", purpose: .resolved, address: "")
        _ = await channel(server).send(resolved, thread: "guardia.p-1@barberpro.ar")
        let mail = try #require(server.mails.first)
        #expect(mail.envelope["to"] as? [String] == ["ops@barberpro.ar"])
        #expect(mail.message.contains("In-Reply-To: <guardia.p-1@barberpro.ar>"))
        #expect(mail.message.contains("References: <guardia.p-1@barberpro.ar>"))
    }

    @Test func aReportGoesAsItIsAndALineOfOneDotEndsNothing() async throws {
        let server = try MailServer(in: folder)
        let report = Launch.Notification.sample(
            purpose: .digest, address: "ceo@barberpro.ar", summary: "Day 1", text: "before\n.\nafter",
            html: "<p>Día 1</p>")
        guard case .taken = await channel(server).send(report) else {
            Issue.record("not taken")
            return
        }
        let message = try #require(server.mails.first?.message)
        #expect(message.contains(Data("before\r\n.\r\nafter".utf8).base64EncodedString()))
        #expect(message.contains(Data("<p>Día 1</p>".utf8).base64EncodedString()))
    }

    @Test(.timeLimit(.minutes(1))) func nothingIsSaidBeforeTLSAndTheLoginIsTaken() async throws {
        try await MailServer.makeCertificate(in: folder)
        let server = try MailServer(.init(tls: true, requireTLS: true, login: "guardia:mail-password"), in: folder)
        guard case .taken = await channel(server, encryption: .starttls, user: "guardia").send(page) else {
            Issue.record("\(await channel(server, encryption: .starttls, user: "guardia").send(page))")
            return
        }
        #expect(server.mails.first?.envelope["tls"] as? Bool == true)
    }

    // MARK: Failures

    @Test func aServerWithoutSTARTTLSGetsNothing() async throws {
        let server = try MailServer(in: folder)
        try await MailServer.makeCertificate(in: folder)
        guard case .refused(let reason) = await channel(server, encryption: .starttls, user: "guardia").send(page)
        else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("STARTTLS"))
        #expect(server.mails.isEmpty)
    }

    @Test func aServerThatCannotProveWhoItIsGetsNothing() async throws {
        try await MailServer.makeCertificate(in: folder, name: "DNS:other.example")
        let server = try MailServer(.init(tls: true), in: folder)
        for ca in [true, false] {
            guard case .refused(let reason) = await channel(server, encryption: .starttls, ca: ca).send(page) else {
                Issue.record("not refused")
                continue
            }
            #expect(reason.contains("certificate"))
        }
        #expect(server.mails.isEmpty)
    }

    @Test func aPasswordThatIsNotTakenIsRefusedAndNotShown() async throws {
        try await MailServer.makeCertificate(in: folder)
        let server = try MailServer(.init(tls: true, login: "guardia:another"), in: folder)
        let answer = await channel(server, encryption: .starttls, user: "guardia").send(page)
        guard case .refused(let reason) = answer else {
            Issue.record("not refused: \(answer)")
            return
        }
        #expect(reason.contains("check user and password"))
        #expect(!reason.contains("mail-password"))
    }

    @Test(arguments: [
        (
            "550 5.1.1 ADDRESS: no such user",
            ChannelAnswer.refused("the mail server: 550 5.1.1 a…@barberpro.ar: no such user")
        ),
        ("450 4.2.0 greylisted", .later("the mail server: 450 4.2.0 greylisted")),
    ])
    func aRecipientThatIsNotTakenIsOfItsClass(reply: String, expected: ChannelAnswer) async throws {
        let server = try MailServer(.init(recipientReply: reply), in: folder)
        let answer = await channel(server).send(page)
        #expect(answer == expected)
    }

    @Test(arguments: [("554 5.7.1 spam", true), ("452 4.3.1 disk full", false)])
    func aMessageThatIsNotTakenIsOfItsClass(reply: String, isRefused: Bool) async throws {
        let server = try MailServer(.init(dataReply: reply), in: folder)
        let answer = await channel(server).send(page)
        #expect(answer == (isRefused ? .refused("the mail server: \(reply)") : .later("the mail server: \(reply)")))
    }

    @Test func nobodyThereMeansThatNothingWasSent() async throws {
        let server = try ProviderServer(.silence)
        let port = Int(server.port)
        server.close()
        let channel = EmailChannel(
            EmailPlan(host: "127.0.0.1", port: port, encryption: .none, from: "guardia@barberpro.ar"), to: "",
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
        #expect(
            await eventually {
                if case .unreachable = await channel.send(page) { true } else { false }
            })
    }

    @Test func anAddressThatWouldBeACommandIsRefused() async throws {
        let server = try MailServer(in: folder)
        for address in ["a@b>\r\nRCPT TO:<x@y", "a b@c", ""] {
            let channel = EmailChannel(
                EmailPlan(host: "127.0.0.1", port: server.port, encryption: .none, from: "guardia@barberpro.ar"),
                to: "",
                limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
            guard case .refused = await channel.send(.sample(address: address)) else {
                Issue.record("not refused: \(address)")
                continue
            }
        }
        #expect(server.mails.isEmpty)
    }
}

@Suite struct MailTests {
    @Test(.timeLimit(.minutes(1))) func aMessageThatWasSentAndNotTakenInTimeMayHaveArrived() async throws {
        let folder = try TemporaryFolder()
        let server = try MailServer(.init(hangs: true), in: folder)
        do {
            _ = try await Mail.send(
                MailRequest(
                    host: "127.0.0.1", port: server.port, encryption: .none, from: "a@b.c", recipients: ["d@e.f"],
                    message: Array("Subject: x\r\n\r\nbody\r\n".utf8)), deadline: .seconds(2))
            Issue.record("it was taken")
        } catch {
            #expect(error.kind == .timedOut)
            #expect(error.mayHaveArrived)
        }
    }
}
