import Foundation
import Launch
import Notify
import Synchronization
import Wire

/// A clock that stands until a test moves it.
final class ManualClock: Launch.Clock {
    private let moment: Mutex<Moment>

    init(utc: Int64 = 1_772_000_000) {
        moment = Mutex(
            Moment(utc: Timestamp(seconds: utc), uptime: .hours(1), boot: BootID(rawValue: 7)))
    }

    func now() -> Moment { moment.withLock { $0 } }
    func advance(by span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }
    /// Puts the wall clock forward or back, as somebody's hand or ntpd does.
    func step(by span: Milliseconds) { moment.withLock { $0.utc = $0.utc + span } }
}

/// A channel that answers as it is told, and keeps what it was given.
final class ScriptedChannel: Channel {
    struct Sent: Hashable, Sendable {
        var page: String
        var purpose: PagePurpose
        var thread: String?
    }

    let limit: RateLimit
    let keepsThreads: Bool
    let tellsProgress: Bool
    private let answer: @Sendable (Launch.Notification) async -> ChannelAnswer
    private let delivery: @Sendable (String) async -> Delivery
    private let log = Mutex<[Sent]>([])
    private let questions = Mutex<[String]>([])

    init(
        limit: RateLimit = RateLimit(1000, per: .seconds(1), burst: 100_000), keepsThreads: Bool = false,
        answer: @escaping @Sendable (Launch.Notification) async -> ChannelAnswer = { .taken(reference: "r-\($0.page)") },
        delivery: (@Sendable (String) async -> Delivery)? = nil
    ) {
        self.limit = limit
        self.keepsThreads = keepsThreads
        tellsProgress = delivery != nil
        self.delivery = delivery ?? { _ in .unknown }
        self.answer = answer
    }

    var sent: [Sent] { log.withLock { $0 } }
    var pages: [String] { sent.map(\.page) }
    var asked: [String] { questions.withLock { $0 } }

    func send(_ notification: Launch.Notification, thread: String?) async -> ChannelAnswer {
        log.withLock { $0.append(Sent(page: notification.page.text, purpose: notification.purpose, thread: thread)) }
        return await answer(notification)
    }

    func progress(of reference: String) async -> Delivery {
        questions.withLock { $0.append(reference) }
        return await delivery(reference)
    }
}

/// Keeps what it is told.
final class Ear: Sendable {
    private let log = Mutex<[EscalationEvent]>([])
    private let notes = Mutex<[String]>([])

    var events: [EscalationEvent] { log.withLock { $0 } }
    var noted: [String] { notes.withLock { $0 } }

    @Sendable func tell(_ event: EscalationEvent) async { log.withLock { $0.append(event) } }
    @Sendable func note(_ text: String) { notes.withLock { $0.append(text) } }

    /// The outcomes of a page, in their order.
    func outcomes(of page: String) -> [PageOutcome] {
        events.compactMap { event in
            if case .attempted(let body) = event, body.page.text == page { body.outcome } else { nil }
        }
    }
}

/// A folder that goes with its test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/notify-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Waits for another thread or process to bring something about, up to a bound.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}

extension ChannelContext {
    /// Secrets are given by name: `env:NAME` is its own name in small letters.
    static func test(_ reactor: Reactor, clock: any Launch.Clock = ManualClock()) -> ChannelContext {
        let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
        return ChannelContext(reactor: reactor, clock: clock, zone: zone) { secret in
            switch secret {
            case .environment(let name): name.lowercased()
            case .file(let path): try String(contentsOfFile: path, encoding: .utf8)
            }
        }
    }
}
