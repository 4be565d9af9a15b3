import Console
import Launch
import Testing

/// The business figures: target, events, change against last week, and what is too few to judge.
@Suite struct KpiSnapshots {
    /// The calm launch with figures that are promised, and an hour of history.
    private static let board: Board = {
        let launch = BarberPro.calm
        var board = launch.board
        var manifest = BarberPro.manifest
        for (id, unit) in [
            ("biz.bookings.events", Unit.count), ("biz.bookings.week", .percent), ("biz.payments.events", .count),
            ("biz.revenue.week", .pesosPerHour), ("biz.new_users.week", .perHour),
        ] {
            manifest.series.append(
                Series(id: SeriesID(id), title: id, unit: unit, interval: 1000, absence: .normal))
        }
        manifest.kpis = [
            Kpi(
                name: "bookings", title: "Bookings", series: "biz.bookings", target: .atLeast(90), window: .minutes(5),
                events: "biz.bookings.events", week: "biz.bookings.week"),
            Kpi(
                name: "payments", title: "Payments", series: "biz.payments", target: .atLeast(95), window: .minutes(5),
                events: "biz.payments.events"),
            Kpi(
                name: "revenue", title: "Revenue", series: "biz.revenue", better: .higher, window: .hours(1),
                week: "biz.revenue.week"),
            Kpi(
                name: "acquisition", title: "New users", series: "biz.new_users", better: .higher,
                week: "biz.new_users.week"),
            Kpi(name: "latency", title: "p95", series: "biz.p95", target: .atMost(200)),
        ]
        board.apply(manifest)
        board.apply(
            Tick(
                at: launch.now,
                readings: [
                    Reading("biz.bookings.events", .number(412)), Reading("biz.bookings.week", .number(95.1)),
                    Reading("biz.payments", .tooFew(7)), Reading("biz.payments.events", .number(7)),
                    Reading("biz.revenue.week", .number(512_000)), Reading("biz.new_users.week", .number(22)),
                ]))
        board.heartbeat = launch.board.heartbeat
        return board
    }()

    private func model(_ width: Int, _ height: Int) -> Model {
        Model(
            board: Self.board, now: BarberPro.now, size: Size(width: width, height: height),
            mode: .operator(name: "ana"))
    }

    @Test("the business pane zoomed", arguments: [(80, 24), (120, 40), (200, 60)])
    func zoomed(width: Int, height: Int) {
        expectSnapshot(model(width, height).pressing("2", "z").frame, "business-\(width)x\(height)")
    }

    @Test(
        "the war room with promised figures",
        arguments: [(80, 24), (90, 24), (100, 24), (120, 24), (140, 24), (120, 40)])
    func warRoom(width: Int, height: Int) {
        expectSnapshot(model(width, height).frame, "war-room-\(width)x\(height)")
    }

    @Test("one figure with its target, events and comparisons", arguments: [(80, 24), (120, 40)])
    func detail(width: Int, height: Int) {
        expectSnapshot(model(width, height).pressing("2", "down", "enter").frame, "detail-\(width)x\(height)")
    }

    @Test func aFigureOverTooFewEventsIsNeitherGreenNorRed() {
        let rows = model(80, 24).pressing("2", "z").frame.rows
        let line = rows.first { $0.contains("Payments") } ?? ""
        #expect(line.contains("· Payments"))
        #expect(line.contains("too few (7)"))
        #expect(!line.contains("✓") && !line.contains("✗"))
        // It is not counted as well, and nothing says that something is wrong.
        let all = rows.joined(separator: "\n")
        #expect(!all.contains("LAST KNOWN"))
    }

    @Test func theComparisonWithLastWeekHasASign() {
        let rows = model(80, 24).frame.rows
        #expect(rows.first { $0.contains("Revenue") }?.contains("wk−24%") == true)
        let zoomed = model(80, 24).pressing("2", "z").frame.rows.joined(separator: "\n")
        #expect(zoomed.contains("−24 % vs last week"))
        #expect(zoomed.contains("+1,4 pt vs last week"))
        #expect(zoomed.contains("≥90 %  of 412"))
    }
}
