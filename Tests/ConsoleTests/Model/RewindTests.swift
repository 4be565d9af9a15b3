import Launch
import Testing

@testable import Console

@Suite("The past")
struct RewindTests {
    private let zone = BarberPro.zone
    private var now: Moment { BarberPro.now }

    /// The war room as it was ten minutes ago.
    private func rewound(_ width: Int = 120, _ height: Int = 40, mode: Mode = .operator(name: "ana")) -> Model {
        var model = BarberPro.calm.model(width, height, mode: mode)
        model.press("[")
        answer(&model, minutesAgo: 10)
        return model
    }

    private func answer(_ model: inout Model, minutesAgo: Int64) {
        let then = now.advanced(by: .minutes(-minutesAgo))
        var past = BarberPro.calm.board
        past.heartbeat = Heartbeat(at: then)
        _ = model.update(.past(past, at: then, target: then.utc, asked: model.awaited ?? then.utc))
    }

    @Test("steps that are asked for before the first has come add up")
    func steps() {
        var model = BarberPro.calm.model(120, 40)
        #expect(model.press("[") == [.rewind(now.utc + .minutes(-1))])
        #expect(model.press("[") == [.rewind(now.utc + .minutes(-2))])
        #expect(model.press("]") == [.rewind(now.utc + .minutes(-1))])
        #expect(model.rewind == nil, "what is not read is not shown")
    }

    @Test("the screen shows the time that was asked for, and says that it is not now")
    func banner() {
        let model = rewound()
        #expect(model.now.utc == now.utc + .minutes(-10))
        #expect(
            model.notices.first?.text.contains("REWIND  23/10/2026 14:32:17 ART  10 min ago: this is not now") == true)
        #expect(model.notices.first?.role == .alarm)
    }

    @Test("what happens now is told even there, and is there when one comes back")
    func presentGoesOn() {
        var model = rewound()
        _ = model.update(
            .events([
                Event(
                    origin: "bastion", at: now,
                    body: .verdictChanged(.init(series: "db.query", from: .ok, to: .critical, value: 300)))
            ]))
        #expect(model.board.feed.count(.critical) == 0)
        #expect(model.notices.first?.text.contains("NOW 1 CRITICAL") == true)
        model.press("esc")
        let isPresent = model.rewind == nil
        #expect(isPresent)
        #expect(model.board.feed.count(.critical) == 1)
        #expect(model.now == now)
    }

    @Test("nothing can be done in the past")
    func noActions() {
        let model = Deployed().model(120, 40)
        var past = model
        past.press("[")
        let then = model.now.advanced(by: .minutes(-1))
        _ = past.update(.past(model.board, at: then, target: then.utc, asked: then.utc))
        for action in Action.allCases where action.actsOnProduction {
            #expect(past.disabledReason(of: action) == .screenRewound, "\(action)")
        }
        for key in ["D", "R", "P", "X", "W"] {
            #expect(past.press(key).isEmpty)
            #expect(past.overlays.isEmpty)
        }
    }

    @Test("a step past the present is the present; an answer that comes late changes nothing")
    func back() {
        var model = rewound()
        #expect(model.press("]") == [.rewind(now.utc + .minutes(-9))])
        answer(&model, minutesAgo: 1)
        model.press("]")
        #expect(model.rewind == nil)
        answer(&model, minutesAgo: 5)
        #expect(model.rewind == nil)
    }

    @Test("played, it goes on by a second a second until it is the present")
    func play() {
        var model = rewound()
        model.press("space")
        let second = now.advanced(by: .seconds(1))
        #expect(model.update(.tick(second)) == [.rewind(now.utc + .minutes(-10) + .seconds(1))])
        #expect(model.update(.tick(second)).isEmpty, "once a second")
        model.press("space")
        #expect(model.update(.tick(now.advanced(by: .seconds(2)))).isEmpty)
    }

    @Test("events are jumped to from what is shown")
    func events() {
        var model = rewound()
        #expect(model.press("{") == [.rewindToEvent(from: now.utc + .minutes(-10), forward: false)])
        #expect(model.press("}") == [.rewindToEvent(from: now.utc + .minutes(-10), forward: true)])
        _ = model.update(.noPast("there is no event after"))
        #expect(model.hint == "there is no event after")
        #expect(model.rewind != nil)
    }

    @Test("g takes a time, and says what is none")
    func prompt() {
        var model = BarberPro.calm.model(80, 24)
        model.press("g")
        model.type("14:05")
        #expect(model.frame.rows.joined().contains("go to 14:05"))
        #expect(model.press("enter") == [.rewind(now.utc + .minutes(-37) + .seconds(-17))])
        model.press("g")
        model.type("25:99")
        #expect(model.press("enter").isEmpty)
        #expect(model.hint == "'25:99' is no time: 14:05, 26/11 14:05, -15m")
    }

    @Test("a recording has no present: it ends, and Esc does not leave it")
    func recording() {
        let end = now.utc
        var model = BarberPro.calm.model(120, 40, mode: .replay(end: end))
        #expect(model.disabledReason(of: .deploy) != nil)
        #expect(model.begin(at: end + .minutes(-1)) == [.rewind(end + .minutes(-1))])
        answer(&model, minutesAgo: 1)
        model.press("esc")
        #expect(model.rewind != nil)
        #expect(model.press("]") == [.rewind(end)])
        #expect(model.hint == "the recording ends here")
        #expect(model.frame.rows.joined().contains("REPLAY"))
    }

    @Test(
        "times are taken as people write them",
        arguments: [
            ("14:05", "2026-10-23 14:05:00"), ("14:05:30", "2026-10-23 14:05:30"), ("23:10", "2026-10-22 23:10:00"),
            ("22/10 09:00", "2026-10-22 09:00:00"), ("31/12 23:59", "2025-12-31 23:59:00"),
            ("2026-02-28 00:00", "2026-02-28 00:00:00"), ("-15m", "2026-10-23 14:27:17"),
            ("-2h", "2026-10-23 12:42:17"),
        ])
    func times(text: String, expected: String) throws {
        let time = try #require(PastTime.parse(text, now: now.utc, zone: zone))
        let civil = zone.civil(time)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        #expect(
            "\(civil.year)-\(two(civil.month))-\(two(civil.day)) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))"
                == expected)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "14", "24:00", "14:60", "30/02 10:00", "-", "-5", "-5y", "1:2:3:4", "a:b", "14:05 now",
            "2026-13-01 1:00",
        ])
    func noTimes(text: String) { #expect(PastTime.parse(text, now: now.utc, zone: zone) == nil) }

    @Test("the past at each size", arguments: [(80, 24), (120, 40), (200, 60)])
    func pictures(width: Int, height: Int) { expectSnapshot(rewound(width, height).frame, "rewind-\(width)x\(height)") }
}
