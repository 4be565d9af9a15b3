import FlyingFox
import FoundationEssentials
import Glibc
import Synchronization

/// Twilio in miniature: messages and calls, what becomes of them in the seconds after, and what is answered.
final class FakeTwilio: Sendable {
    private struct Item {
        var isCall: Bool
        var made: ContinuousClock.Instant
    }

    private struct Answer: Encodable {
        var sid: String
        var status: String
    }

    private struct Failure: Encodable {
        var code: Int
        var message: String
        var more_info: String
        var status: Int
    }

    private struct Received: Encodable {
        var sid: String
        var from: String
        var to = ""
        var body: String
        var direction = "inbound"
        var status = "received"
        var date_sent: String
    }

    private struct Page: Encodable {
        var messages: [Received]
    }

    private struct State {
        var next = 1
        var items: [String: Item] = [:]
        var received: [Received] = []
    }

    /// How much is remembered.
    private static let memory = 5000

    private let inbox: Inbox
    private let state = Mutex(State())

    init(inbox: Inbox) { self.inbox = inbox }

    /// An SMS that somebody sends.
    func receive(from number: String, _ body: String) {
        state.withLock { state in
            let sid = FakeTwilio.sid("SM", &state)
            state.received.insert(Received(sid: sid, from: number, body: body, date_sent: FakeTwilio.rfc2822()), at: 0)
            if state.received.count > 200 { state.received.removeLast() }
        }
    }

    func answer(_ request: HTTPRequest, _ path: [String]) async -> HTTPResponse {
        guard path.count >= 4, path[1] == "Accounts" else { return failure(404, 20404, "no such resource") }
        guard request.headers[.authorization]?.hasPrefix("Basic ") == true else {
            return failure(401, 20003, "Authenticate")
        }
        switch (request.method, path.count, path[3]) {
        case (.POST, 4, "Messages.json"): return await create(request, isCall: false)
        case (.POST, 4, "Calls.json"): return await create(request, isCall: true)
        case (.GET, 4, "Messages.json"): return .json(200, Page(messages: state.withLock { $0.received }))
        case (.GET, 5, "Messages"), (.GET, 5, "Calls"): return fetch(String(path[4].dropLast(".json".count)))
        default: return failure(404, 20404, "no such resource")
        }
    }

    private func create(_ request: HTTPRequest, isCall: Bool) async -> HTTPResponse {
        guard let form = try? await request.form(), let to = form["To"],
            let text = form[isCall ? "Twiml" : "Body"], !text.isEmpty
        else { return failure(400, 21602, "a message needs To and Body") }
        // Twilio's own test numbers.
        switch to {
        case "+15005550001": return failure(400, 21211, "The 'To' number \(to) is not a valid phone number.")
        case "+15005550004": return failure(400, 21610, "The message From/To pair violates a blacklist rule.")
        case let number where !number.hasPrefix("+"):
            return failure(400, 21211, "The 'To' number \(to) is not a valid phone number.")
        default: break
        }
        inbox.add(isCall ? "call" : "sms", to: to, isCall ? FakeTwilio.spoken(text) : text)
        let sid = state.withLock { state in
            let sid = FakeTwilio.sid(isCall ? "CA" : "SM", &state)
            if state.items.count >= FakeTwilio.memory { state.items.removeAll() }
            state.items[sid] = Item(isCall: isCall, made: .now)
            return sid
        }
        return .json(201, Answer(sid: sid, status: "queued"))
    }

    private func fetch(_ sid: String) -> HTTPResponse {
        guard let item = state.withLock({ $0.items[sid] }) else { return failure(404, 20404, "no such resource") }
        let age = item.made.duration(to: .now)
        let status =
            item.isCall
            ? (age < .seconds(2) ? "ringing" : age < .seconds(6) ? "in-progress" : "completed")
            : (age < .seconds(1) ? "sent" : "delivered")
        return .json(200, Answer(sid: sid, status: status))
    }

    private func failure(_ status: Int, _ code: Int, _ message: String) -> HTTPResponse {
        .json(
            status,
            Failure(code: code, message: message, more_info: "https://www.twilio.com/docs/errors/\(code)", status: status))
    }

    private static func sid(_ prefix: String, _ state: inout State) -> String {
        state.next += 1
        let digits = String(state.next, radix: 16)
        return prefix + String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// What a call says, without the elements around it.
    private static func spoken(_ twiml: String) -> String {
        var text = ""
        var isTag = false
        for character in twiml {
            switch character {
            case "<": isTag = true
            case ">":
                isTag = false
                text += " "
            default: if !isTag { text.append(character) }
            }
        }
        for (name, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            text = text.replacing(name, with: sign)
        }
        return text.split(separator: " ").joined(separator: " ")
    }

    private static func rfc2822() -> String {
        var now = time(nil)
        var fields = tm()
        gmtime_r(&now, &fields)
        var buffer = [CChar](repeating: 0, count: 64)
        strftime(&buffer, buffer.count, "%a, %d %b %Y %H:%M:%S +0000", &fields)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
