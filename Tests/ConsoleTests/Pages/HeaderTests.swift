import Console
import Launch
import Testing

/// The header counts what the feed has, as the feed's pane, the wall and `guardia alerts` have it; and says what it can on a narrow
/// screen.
@Suite struct HeaderTests {
    private func header(_ model: Model) -> String { model.frame.rows[0] }

    /// A calm launch with so many critical alerts, one a rule.
    private func fires(_ count: Int) -> Polled {
        var polled = Polled()
        for index in 0..<count {
            let facts = Firing.facts(
                "rule_\(index)", nil, .critical, "No \(index) fails", value: 1, .above(0), ago: 60)
            polled.launch.say(.alert(.fired(.init(alert: facts))), ago: 50)
        }
        return polled
    }

    @Test("the poll is there however many alerts fire", arguments: [1, 9, 10, 99])
    func poll(count: Int) {
        let line = header(fires(count).launch.model(80, 24))
        #expect(line.contains("NO-GO 4/8") && line.contains("✗\(count)"), "\(line)")
        #expect(line.contains("ana"))
    }

    @Test("a long name is cut, and not what says how it stands", arguments: [60, 80])
    func longName(width: Int) throws {
        var polled = fires(9)
        var manifest = try #require(polled.launch.board.manifest)
        manifest.product.name = "Reservas de barberías de la Argentina"
        polled.launch.board.apply(manifest)
        let line = header(polled.launch.model(width, 24))
        #expect(line.contains("Reservas") && line.contains("…") == (width < 80), "\(line)")
        #expect(line.contains("NO-GO 4/8") && line.contains("✗9"), "\(line)")
    }

    @Test("it counts what the pane of the alerts counts", arguments: [80, 200])
    func sameAsThePane(width: Int) {
        let model = Firing.night.model(width, 60)
        let open = model.feed.live.openCount(.critical)
        #expect(open > 0 && header(model).contains(width < 100 ? "✗\(open)" : "✗ \(open) critical"))
        #expect(model.frame.rows.contains { $0.contains("3 Alerts") && $0.contains("\(open) crit") })
    }

    // MARK: Pending

    /// A check is over its critical bound, and its alert waits for its `for`.
    private var pending: Firing {
        Firing(.calm).saying {
            $0.launch.change("biz.payments", .ok, .critical, 88, .below(90), ago: 4)
            $0.say(.pending(.init(alert: Firing.rejected)), ago: 4)
        }
    }

    @Test func whatIsPendingIsCountedAsPendingAndNotAsCritical() {
        let model = pending.model(120, 40)
        #expect(header(model).contains("~ 1 pending") && !header(model).contains("crit"))
        #expect(model.frame.rows.contains { $0.contains("3 Alerts") && $0.contains("1 pending") })
        #expect(model.frame.rows[1].contains("Payments accepted") && model.frame.rows[1].contains("nobody is told yet"))
        #expect(header(pending.model(80, 24)).contains("~"))
    }

    @Test func theWallSaysPendingToo() {
        let model = pending.model(80, 24, mode: .kiosk(mayQuit: false))
        #expect(model.frame.rows.contains { $0.contains("1 pending · Payments accepted") })
        #expect(!model.frame.rows.contains { $0.contains("critical") })
    }

    @Test func onceItFiresItIsCritical() {
        let fired = pending.saying { $0.say(.fired(.init(alert: Firing.rejected)), ago: 1) }
        #expect(header(fired.model(120, 40)).contains("✗ 1 crit") && !header(fired.model(120, 40)).contains("pending"))
    }
}
