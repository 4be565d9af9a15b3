import Launch
import Testing

@testable import Console

@Suite struct ViewTests {
    static let hostile = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}", "\u{202e}gnp.exe", "👩‍👩‍👧‍👦🇦🇷", "漢字カタカナ",
        "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\u{200b}\u{feff}\u{0}\r\n\t", String(repeating: "x", count: 10_000_000),
    ]

    /// A launch whose every name and text is one of `hostile`.
    private static func hostileModel(_ text: String) -> Model {
        var launch = BarberPro.trouble
        var manifest = BarberPro.manifest
        manifest.product.name = text
        manifest.environment = text
        manifest.zone.abbreviation = text
        for index in manifest.series.indices { manifest.series[index].title = text }
        for index in manifest.panes.health.indices {
            manifest.panes.health[index].title = text
            for fact in manifest.panes.health[index].facts.indices {
                manifest.panes.health[index].facts[fact].word = text
            }
        }
        manifest.panes.geo?.title = text
        for index in manifest.panes.geo?.regions.indices ?? 0..<0 {
            manifest.panes.geo?.regions[index].label = text
            manifest.panes.geo?.regions[index].name = text
        }
        for index in manifest.panes.colours.indices { manifest.panes.colours[index].name = text }
        launch.board.apply(manifest)
        launch.board.apply(
            Tick(
                at: launch.now,
                readings: [
                    Reading("serving.version", .text(text)), Reading("blue.version", .text(text)),
                    Reading("door.split", .text(text)),
                    Reading("api.p95", .missed(text)), Reading("tls.expires", .missed(text)),
                ]))
        launch.say(.verdictChanged(.init(series: "api.p95", from: .ok, to: .critical, reason: text)), ago: 1)
        var model = launch.model(80, 24, mode: .operator(name: text))
        _ = model.update(.readerNote(text))
        return model
    }

    /// Nothing in the frame may move the cursor, change its direction or hide; and every row is as wide as the screen.
    static func expectSafe(_ frame: Frame) {
        for y in 0..<frame.size.height {
            var x = 0
            while x < frame.size.width {
                guard let cell = frame[Point(x, y)] else { break }
                for scalar in frame.scalars(of: cell) {
                    let isSafe =
                        scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
                        && !(0x200b...0x200f).contains(scalar.value) && !(0x202a...0x202e).contains(scalar.value)
                    if !isSafe { Issue.record("U+\(String(scalar.value, radix: 16)) at (\(x),\(y))") }
                }
                x += 1
            }
            #expect(Text.width(of: frame.text(row: y)) == frame.size.width)
        }
    }

    private static let screens: [[String]] = [
        [], ["?"], [":"], ["/", "a"], ["z"], ["3", "3", "down", "down"], ["4", "z", "end"], ["5", "z"],
        ["down", "enter"],
    ]

    @Test("hostile texts are shown safely and move no column", .timeLimit(.minutes(2)), arguments: hostile.indices)
    func hostileTexts(index: Int) {
        _ = charset
        let model = Self.hostileModel(Self.hostile[index])
        for size in [
            Size(width: 40, height: 12), Size(width: 80, height: 24), Size(width: 120, height: 40),
            Size(width: 200, height: 60),
        ] {
            for keys in Self.screens {
                var model = model
                _ = model.update(.resize(size))
                for key in keys { model.press(key) }
                Self.expectSafe(model.frame)
            }
        }
    }

    @Test("every size draws, from nothing to 300×100")
    func sizes() {
        var models = Self.screens.map { keys in
            var model = BarberPro.trouble.model(80, 24)
            for key in keys { model.press(key) }
            return model
        }
        models.append(BarberPro.trouble.model(80, 24, mode: .kiosk(mayQuit: true)))
        models.append(Model(now: BarberPro.now, size: .zero, mode: .operator(name: "ana")))
        for index in models.indices {
            // Each model at its own grid of sizes: together they meet nearly every width and height.
            for width in stride(from: index % 7, through: 130, by: 11) {
                for height in stride(from: index % 5, through: 45, by: 7) { draw(models[index], width, height) }
            }
            for (width, height) in [
                (0, 0), (1, 1), (39, 12), (40, 11), (40, 12), (200, 60), (300, 100), (300, 1), (1, 100),
            ] {
                draw(models[index], width, height)
            }
        }
    }

    private func draw(_ model: Model, _ width: Int, _ height: Int) {
        var model = model
        _ = model.update(.resize(Size(width: width, height: height)))
        #expect(model.frame.size == Size(width: width, height: height))
    }

    @Test func aScreenTooSmallSaysWhatItNeeds() {
        #expect(BarberPro.calm.model(39, 20).frame.rows.contains { $0.contains("guardia needs 40×12, has 39×20") })
        #expect(BarberPro.calm.model(1, 1).frame.rows == ["…"])
    }

    @Test("the footer names only keys that do something now")
    func footer() {
        for keys in Self.screens {
            var model = BarberPro.calm.model(200, 60)
            for key in keys { model.press(key) }
            let footer = model.frame.rows.last ?? ""
            for word in ["deploy", "rollback", "flag", "escalate", " ack"] { #expect(!footer.contains(word)) }
        }
        #expect(!BarberPro.calm.model(120, 40).frame.rows[39].contains("esc back"))
        #expect(BarberPro.calm.model(120, 40).pressing("z").frame.rows[39].contains("esc back"))
        #expect(BarberPro.calm.model(40, 12).frame.rows[11].contains("? help  q quit"))
    }

    @Test("a value keeps its column whatever it is", arguments: [0.4, 9.96, 87, 998, 3400, 52_000])
    func columns(value: Double) {
        var launch = BarberPro.calm
        launch.board.apply(Tick(at: launch.now, readings: [Reading("api.p95", .number(value))]))
        let (row, calm) = (launch.model(120, 40).frame.rows[3], BarberPro.calm.model(120, 40).frame.rows[3])
        // All that stands behind the value, the chart apart, stands where it stood.
        #expect(row.dropFirst(3).prefix(7) == calm.dropFirst(3).prefix(7))
        #expect(row.suffix(60) == calm.suffix(60))
    }

    @Test func helpNamesEveryKey() {
        // Reasons are wrapped, not cut: it takes two screens.
        let first = BarberPro.calm.model(120, 60).pressing("?")
        #expect(first.frame.rows.contains { $0.contains("more: ↓") })
        let help = (first.frame.rows + first.pressing("end").frame.rows).joined(separator: "\n")
        for binding in Keymap.standard.bindings where binding.action != .nextPage {
            #expect(help.contains(binding.keys.map(\.label).joined(separator: " ")), "\(binding.action)")
        }
    }

    @Test("help promises no way out of a wall that no key closes")
    func helpOnTheWall() {
        func help(mayQuit: Bool) -> String {
            BarberPro.calm.model(120, 60, mode: .kiosk(mayQuit: mayQuit)).pressing("?").frame.rows.joined(
                separator: "\n")
        }
        #expect(help(mayQuit: true).contains("q leaves at once"))
        #expect(!help(mayQuit: false).contains("leaves at once"))
    }

    @Test(
        "outside the launch window the header says so, at 80 columns too", arguments: [(80, 24), (120, 40), (200, 60)])
    func launchWindow(width: Int, height: Int) {
        func header(_ window: LaunchWindow?) -> String {
            var launch = BarberPro.calm
            var manifest = BarberPro.manifest
            manifest.launchWindow = window
            launch.board.apply(manifest)
            return launch.model(width, height).frame.rows[0]
        }
        // The story plays on a Friday at 14:42.
        let weekday = BarberPro.zone.civil(BarberPro.now.utc).weekday
        let now = LaunchWindow(weekdays: weekday...weekday, fromMinute: 14 * 60 + 42, toMinute: 14 * 60 + 43)
        #expect(!header(nil).contains("window") && !header(now).contains("window"))
        let before = LaunchWindow(weekdays: weekday...weekday, fromMinute: 9 * 60, toMinute: 14 * 60 + 42)
        #expect(header(before).contains("T+00:42:17 outside the window"), "\(header(before))")
    }

    @Test(
        "a last known value is shown as long as there is room for it, in shorter and shorter words",
        arguments: [
            (40, "LAST KNOWN 14:42:17 82 ms"), (25, "LAST KNOWN 14:42:17 82 ms"), (24, "LAST 14:42:17 82 ms"),
            (19, "LAST 14:42:17 82 ms"), (18, "LAST 14:42 82 ms"), (16, "LAST 14:42 82 ms"), (15, "? 14:42 82 ms"),
            (13, "? 14:42 82 ms"), (12, "LAST 14:42"), (9, "? 14:42"), (5, "14:42"),
        ])
    func lastKnown(room: Int, text: String) throws {
        var launch = BarberPro.calm
        launch.board.apply(Tick(at: launch.now, readings: [Reading("api.p95", .number(82))]))
        let model = launch.model(80, 24)
        let track = try #require(launch.board.track("api.p95"))
        let spans = model.lastKnown(track, at: launch.now, words: true, room: room)
        #expect(spans.map(\.text).joined() == text)
    }

    @Test func aBrokenDoorIsLoud() {
        var launch = BarberPro.calm
        launch.board.apply(Tick(at: launch.now, readings: [Reading("door.up", .number(0))]))
        #expect(launch.model(80, 24).frame.rows.joined().contains("✗ DOOR BROKEN"))
    }

    @Test func aShareThatIsNotKnownIsNotShownAsNothing() {
        var launch = BarberPro.calm
        let later = launch.now.advanced(by: 10_000)
        launch.board.heartbeat = Heartbeat(at: later)
        let rows = launch.model(80, 24, now: later).frame.rows
        #expect(rows.contains { $0.contains("? BLUE   v1.4.0     UNKN") })
    }
}
