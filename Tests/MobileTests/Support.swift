import Launch
import Mobile
import Synchronization

final class StillClock: Clock {
    private let moment = Mutex(
        Moment(utc: Timestamp(seconds: 1_773_036_765), uptime: .seconds(1000), boot: BootID(rawValue: 1)))
    func now() -> Moment { moment.withLock { $0 } }
    func advance(_ span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }
}

/// A house with one chain, which keeps what was done in it.
final class DollsHouse: MobileHouse {
    enum Act: Hashable, Sendable {
        case acknowledged(String, EscalationID?, Milliseconds)
        case acknowledgedByVoice(String, EscalationID?, Milliseconds)
        case escalated(String, String)
    }

    private let box: Mutex<(state: MobileState, acts: [Act], people: Set<String>)>

    init(_ state: MobileState) { box = Mutex((state, [], ["ana", "beto"])) }

    var acts: [Act] { box.withLock { $0.acts } }
    func change(_ body: (inout MobileState) -> Void) { box.withLock { body(&$0.state) } }
    func dismiss(_ person: String) { box.withLock { _ = $0.people.remove(person) } }

    func state(for link: MobileLink) async -> MobileState {
        box.withLock { box in
            var state = box.state
            if link.chain == nil { state.chain = nil }
            return state
        }
    }

    func acknowledge(
        _ link: MobileLink, for span: Milliseconds, by way: AlertEvent.Acknowledged.Way
    ) async -> MobileOutcome {
        box.withLock { box in
            guard box.state.chain?.canBeTaken == true else { return .refused("esc-1 has ended already: resolved") }
            box.acts.append(
                way == .voice
                    ? .acknowledgedByVoice(link.person, link.chain, span)
                    : .acknowledged(link.person, link.chain, span))
            box.state.chain?.standing = .taken(by: "Ana Pereyra", until: box.state.now.utc + span)
            return .done
        }
    }

    func escalate(_ link: MobileLink, to sign: String) async -> MobileOutcome {
        box.withLock { box in
            box.acts.append(.escalated(link.person, sign))
            return .done
        }
    }

    func knows(_ person: String) -> Bool { box.withLock { $0.people.contains(person) } }
}

/// The desk behind a public address, and a browser before it that keeps its cookie.
final class Browser {
    static let plan = MobilePlan(listen: .port(7480), url: "https://guardia.example.com", language: .english)
    static let account = "AC0123456789abcdef0123456789abcdef"
    static let chain = EscalationID("esc-20260309T061205Z-3f9a")
    let key = MobileKey(bytes: Array(0..<32))
    let clock = StillClock()
    let house: DollsHouse
    let desk: MobileDesk
    var cookie: String?

    init(_ plan: MobilePlan = Browser.plan, summary: String = "Payment success 91.2 % is below 95 %") {
        let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
        let now = clock.now()
        let since = now.advanced(by: .minutes(-3))
        house = DollsHouse(
            MobileState(
                launch: "BarberPro production", zone: zone, now: now, person: "Ana Pereyra",
                chain: .init(
                    id: Browser.chain, severity: .critical, summary: summary, since: since,
                    alerts: [.init(severity: .critical, summary: summary, since: since)], standing: .open, step: 1,
                    steps: 4,
                    next: .init(
                        step: 1, round: 0, ways: [.init(contact: "beto", title: "Beto Díaz", channel: "sms")],
                        due: .minutes(2)),
                    runbook: "https://runbook.example.com/#payment-success"),
                others: [.init(severity: .warning, summary: "Disk 91 % full", since: since, taken: "Beto Díaz")],
                firingCount: 2,
                onCall: [.init(schedule: "devops", person: "Ana Pereyra", until: now.utc + .hours(5))]))
        desk = MobileDesk(
            plan, key: key, house: house, zone: zone, clock: clock,
            voices: ["voice": TwilioVoice(account: Browser.account, language: "en-US") { "12345" }])
    }

    func token(
        _ person: String = "ana", chain: EscalationID? = Browser.chain, life: Milliseconds = .hours(12),
        channel: String = "sms"
    ) -> String {
        MobileLink(person: person, channel: channel, chain: chain, expires: clock.now().utc + life).token(key)
    }

    func get(_ path: String, _ headers: [String: String] = [:], method: String = "GET") async -> MobileResponse {
        var all = ["host": "guardia.example.com"]
        if let cookie { all["cookie"] = "other=1; guardia=\(cookie)" }
        let answer = await desk.answer(
            MobileRequest(method: method, path: path, headers: all.merging(headers) { $1 }))
        if let set = answer.headers["Set-Cookie"]?.split(separator: ";").first {
            cookie = String(set.dropFirst("guardia=".count))
        }
        return answer
    }

    func post(_ path: String, _ form: [String: String], _ headers: [String: String] = [:]) async -> MobileResponse {
        var all = [
            "host": "guardia.example.com", "origin": "https://guardia.example.com", "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        ]
        if let cookie { all["cookie"] = "guardia=\(cookie)" }
        let body = form.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        return await desk.answer(
            MobileRequest(method: "POST", path: path, headers: all.merging(headers) { $1 }, body: Array(body.utf8)))
    }

    /// What the page's form holds.
    static func form(_ page: MobileResponse) -> String? {
        page.body.firstMatch(of: /name="form" value="([^"]+)"/).map { String($0.1) }
    }
}
