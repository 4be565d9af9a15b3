import Console
import Launch
import Testing

/// A frame drawn with pictures must be the frame drawn without, whatever has happened to the model before.
@Suite struct PicturesTests {
    init() { _ = charset }

    /// The same steps in every run.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 31
        }
    }

    private static let keys = [
        "tab", "shift-tab", "down", "up", "page-down", "end", "home", "1", "2", "3", "4", "5", "z", "enter", "esc",
        "esc",
        "?", ":", "/", "a", "s", "backspace", "space", "p", "n", "ctrl-l", "x",
    ]
    private static let sizes = [(200, 60), (120, 40), (80, 24), (60, 44), (300, 100), (40, 12), (1, 1)]

    /// What may happen to a screen; each is as likely as what matters of it.
    private func message(_ launch: BarberPro, _ now: inout Moment, _ second: inout Double, using chance: inout Chance)
        -> [Message]
    {
        switch Int.random(in: 0..<20, using: &chance) {
        case 0..<9: return Key(name: Self.keys.randomElement(using: &chance) ?? "tab").map { [.key($0)] } ?? []
        case 9..<12:
            now = now.advanced(by: Milliseconds(Int64.random(in: 1..<400, using: &chance)))
            return [.tick(now)]
        case 12..<15:
            second += 1
            now = now.advanced(by: 1000)
            return [.tick(now), .heartbeat(Heartbeat(at: now)), .readings([launch.tick(ago: -second)])]
        case 15: return [.readings([Tick(at: now, readings: [Reading("green.version", .text("e\u{301}\u{4e16}界🎈"))])])]
        case 16:
            let change = Event.VerdictChanged(
                series: "api.p95", from: .ok, to: Bool.random(using: &chance) ? .critical : .ok, reason: "e\u{301}漢")
            return [.events([Event(origin: "bastion", at: now, body: .verdictChanged(change))])]
        case 17:
            return [.resize(Self.sizes.randomElement(using: &chance).map { Size(width: $0.0, height: $0.1) } ?? .zero)]
        case 18:
            let reasons = [nil, "disk full", "read-only"]
            return [.heartbeat(Heartbeat(at: now, notRecording: reasons.randomElement(using: &chance) ?? nil))]
        default:
            now = now.advanced(by: 60_000)
            return [.tick(now), .readerNote(Bool.random(using: &chance) ? "a copy" : nil)]
        }
    }

    @Test("with pictures or without, the frame is the same", arguments: 0..<8)
    func same(seed: UInt64) {
        var chance = Chance(state: seed &* 77 &+ 3)
        let launch = seed % 2 == 0 ? BarberPro.trouble : .calm
        var model = launch.model(200, 60, mode: seed % 4 == 3 ? .kiosk(mayQuit: true) : .operator(name: "ana"))
        var pictures = Pictures()
        var kept = Frame(size: .zero)
        var (now, second) = (launch.now, 0.0)
        for step in 0..<400 {
            for message in message(launch, &now, &second, using: &chance) { _ = model.update(message) }
            view(model, into: &kept, keeping: &pictures)
            var changes = 0
            let plain = model.frame
            plain.forEachChange(from: kept) { changes += $1.count }
            guard changes == 0, plain.cursor == kept.cursor else {
                Issue.record("seed \(seed), step \(step): \(changes) cells differ")
                return
            }
        }
    }

    @Test func aKeyBetweenTwoSecondsFindsThePanesAsTheyAre() {
        var model = BarberPro.calm.model(200, 60)
        let before = model.asOf
        _ = model.update(.tick(model.now.advanced(by: 400)))
        #expect(model.asOf == before)
        _ = model.update(.tick(model.now.advanced(by: 600)))
        #expect(model.asOf == model.now)
    }

    @Test func aClockThatGoesBackIsFollowed() {
        var model = BarberPro.calm.model(80, 24)
        _ = model.update(.tick(model.now.advanced(by: -5000)))
        #expect(model.asOf == model.now)
    }
}
