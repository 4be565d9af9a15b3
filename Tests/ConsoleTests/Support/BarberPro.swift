import Console
import Launch

/// A launch as it could be: BarberPro, 42 minutes after T−0, with an hour of history in shapes that mean something.
/// Every figure follows from the time alone, so that two runs draw the same picture.
struct BarberPro {
    static let boot = BootID(rawValue: 7)
    /// 14:42:17 in Buenos Aires.
    static let now = Moment(
        utc: Timestamp(seconds: 1_792_777_337), uptime: .hours(30), boot: boot)
    static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)

    var board = Board()
    var now = BarberPro.now
    /// Series that are not to be read any more, since how long, and why.
    private var silent: [SeriesID: (since: Milliseconds, why: String?)] = [:]
    private var values: [SeriesID: @Sendable (Double) -> Double] = [:]
    private var texts: [SeriesID: String] = BarberPro.versions

    static let provinces: [(code: String, name: String, label: String, latency: Double)] = [
        ("AR-C", "Ciudad Autónoma de Buenos Aires", "CABA", 38), ("AR-B", "Buenos Aires", "PBA", 61),
        ("AR-K", "Catamarca", "CAT", 139), ("AR-H", "Chaco", "CHA", 133), ("AR-U", "Chubut", "CHU", 147),
        ("AR-X", "Córdoba", "CBA", 96), ("AR-W", "Corrientes", "CTES", 126), ("AR-E", "Entre Ríos", "ERI", 79),
        ("AR-P", "Formosa", "FOR", 145), ("AR-Y", "Jujuy", "JUJ", 128), ("AR-L", "La Pampa", "LPA", 98),
        ("AR-F", "La Rioja", "LRJ", 121), ("AR-M", "Mendoza", "MZA", 143), ("AR-N", "Misiones", "MIS", 138),
        ("AR-Q", "Neuquén", "NQN", 146), ("AR-R", "Río Negro", "RNE", 141), ("AR-A", "Salta", "SAL", 144),
        ("AR-J", "San Juan", "SJU", 112), ("AR-D", "San Luis", "SLU", 104), ("AR-Z", "Santa Cruz", "SCZ", 148),
        ("AR-S", "Santa Fe", "SFE", 88), ("AR-G", "Santiago del Estero", "SGO", 117),
        ("AR-V", "Tierra del Fuego, Antártida e Islas del Atlántico Sur", "TDF", 149), ("AR-T", "Tucumán", "TUC", 131),
    ]

    private static let versions: [SeriesID: String] = [
        "serving.version": "v1.4.0", "blue.version": "v1.4.0", "green.version": "v1.3.9", "door.split": "b100-0007",
    ]

    // MARK: Manifest

    private static func above(_ warning: Double, _ critical: Double) -> Thresholds {
        Thresholds(warning: .above(warning), critical: .above(critical))
    }

    private static func below(_ warning: Double, _ critical: Double) -> Thresholds {
        Thresholds(warning: .below(warning), critical: .below(critical))
    }

    private static let up = Thresholds(critical: .below(1))

    /// Name, title, unit, thresholds, level, amplitude, period in seconds.
    private typealias Row = (SeriesID, String, Unit, Thresholds?, Double, Double, Double)
    private static let rows: [Row] = [
        ("api.p95", "API p95", .milliseconds, above(200, 500), 87, 14, 340),
        ("api.errors", "API errors", .percent, above(1, 5), 0.1, 0.06, 200),
        ("api.up", "api up", .count, up, 1, 0, 1),
        ("pg.query", "Postgres query", .milliseconds, above(50, 200), 6, 1.4, 500),
        ("pg.connections_used", "Postgres connections", .percent, above(80, 95), 41, 6, 900),
        ("pg.up", "pg up", .count, up, 1, 0, 1),
        ("redis.memory_used", "Redis memory", .percent, above(80, 95), 62, 3, 1900),
        ("redis.hit_rate", "Redis hits", .percent, below(80, 50), 97.4, 0.8, 700),
        ("nginx.requests", "nginx requests", .perSecond, nil, 1204, 190, 800),
        ("nginx.connections", "nginx connections", .count, nil, 318, 22, 400),
        ("cdn.p95", "CDN p95", .milliseconds, above(500, 1000), 142, 18, 600),
        ("cdn.hit_rate", "CDN hits", .percent, below(80, 60), 96, 1, 300),
        ("tls.expires", "TLS certificate", .days, below(30, 7), 61, 0, 1),
        ("backup.age", "Backup age", .seconds, above(86_400, 172_800), 43_200, 0, 1),
        ("biz.bookings", "Bookings completed", .percent, below(90, 80), 97.2, 0.7, 650),
        ("biz.payments", "Payments accepted", .percent, below(95, 90), 98.9, 0.4, 480),
        ("pay.p95", "Payment p95", .milliseconds, above(2000, 3000), 840, 160, 420),
        ("biz.revenue", "Revenue", .pesosPerHour, nil, 412_300, 21_000, 1500),
        ("biz.new_users", "New users", .perHour, nil, 34, 9, 1700),
        ("biz.provider", "Provider answers", .seconds, above(3600, 7200), 3120, 300, 2400),
        ("biz.p95", "p95 Argentina", .milliseconds, above(200, 500), 148, 12, 530),
        ("blue.up", "blue up", .count, up, 1, 0, 1), ("green.up", "green up", .count, up, 1, 0, 1),
        ("door.share.blue", "share of blue", .percent, nil, 100, 0, 1),
        ("door.share.green", "share of green", .percent, nil, 0, 0, 1),
        ("blue.p95", "blue p95", .milliseconds, nil, 87, 12, 340),
        ("green.p95", "green p95", .milliseconds, nil, 91, 5, 340),
        ("blue.errors", "blue errors", .percent, nil, 0.1, 0.05, 200),
        ("green.errors", "green errors", .percent, nil, 0, 0, 1),
        ("blue.requests", "blue requests", .perSecond, nil, 1204, 190, 800),
        ("green.requests", "green requests", .perSecond, nil, 0, 0, 1),
        ("door.up", "door up", .count, up, 1, 0, 1),
    ]

    static let manifest: Manifest = {
        var series = rows.map { Series(id: $0.0, title: $0.1, unit: $0.2, interval: 1000, thresholds: $0.3) }
        series += versions.keys.sorted().map { Series(id: $0, title: $0.name, unit: .text, interval: 5000) }
        for province in provinces {
            series.append(
                Series(
                    id: SeriesID("app.p95.\(province.code)"), title: "\(province.name) p95", unit: .milliseconds,
                    interval: 5000, thresholds: above(150, 200)))
            series.append(
                Series(
                    id: SeriesID("app.requests.\(province.code)"), title: "\(province.name) requests", unit: .perSecond,
                    interval: 5000))
        }
        if let index = series.firstIndex(where: { $0.id == "biz.bookings" }) {
            series[index].inputs = ["nginx.requests", "api.errors"]
        }
        return Manifest(
            product: Product(name: "BarberPro", version: "serving.version"), zone: zone,
            launchAt: Timestamp(seconds: now.utc.seconds - 42 * 60 - 17), environment: "production", series: series,
            panes: panes)
    }()

    private static let panes = Panes(
        health: [
            .init(
                title: "API", main: "api.p95", judges: ["api.up"], facts: [.init(series: "api.errors", word: "err")]),
            .init(
                title: "Postgres", main: "pg.query", judges: ["pg.up"],
                facts: [.init(series: "pg.connections_used", word: "conn")]),
            .init(title: "Redis", main: "redis.memory_used", facts: [.init(series: "redis.hit_rate", word: "hits")]),
            .init(title: "nginx", main: "nginx.requests", facts: [.init(series: "nginx.connections", word: "conn")]),
            .init(title: "CDN", main: "cdn.p95", facts: [.init(series: "cdn.hit_rate", word: "hits")]),
            .init(title: "TLS", main: "tls.expires"), .init(title: "Backup", main: "backup.age"),
        ],
        business: [
            .init(title: "Bookings", main: "biz.bookings"),
            .init(title: "Payments", main: "biz.payments", facts: [.init(series: "pay.p95", word: "p95")]),
            .init(title: "Revenue", main: "biz.revenue"), .init(title: "New users", main: "biz.new_users"),
            .init(title: "Provider", main: "biz.provider"), .init(title: "p95 AR", main: "biz.p95"),
        ],
        geo: .init(
            title: "Argentina p95", limit: 200,
            regions: provinces.map {
                .init(
                    code: $0.code, name: $0.name, label: $0.label, latency: SeriesID("app.p95.\($0.code)"),
                    traffic: SeriesID("app.requests.\($0.code)"))
            }),
        colours: ["blue", "green"].map { name in
            .init(
                name: name, version: SeriesID("\(name).version"), up: SeriesID("\(name).up"),
                share: SeriesID("door.share.\(name)"), latency: SeriesID("\(name).p95"),
                errors: SeriesID("\(name).errors"), requests: SeriesID("\(name).requests"))
        },
        door: .init(split: "door.split", up: "door.up"))

    // MARK: Stories

    /// All is well.
    static let calm: BarberPro = {
        var launch = BarberPro()
        launch.tell()
        return launch
    }()

    /// A night that went wrong: a payment outage, a full Redis, a slow south, a stale CDN, a backup nobody heard of, a
    /// certificate never read, a province without guests.
    static let trouble: BarberPro = {
        var launch = BarberPro()
        launch.values["redis.memory_used"] = { 82.4 - $0 / 90 }
        launch.values["pay.p95"] = { ago in ago < 1260 ? 3400 - ago / 8 : 840 }
        launch.values["biz.payments"] = { ago in ago < 1200 ? 88.2 : 98.9 }
        for (code, latency) in [
            ("AR-V", 262.0), ("AR-Z", 231), ("AR-Y", 214), ("AR-A", 176), ("AR-Q", 166), ("AR-N", 158),
        ] {
            launch.values[SeriesID("app.p95.\(code)")] = { ago in ago < 900 ? latency - ago / 60 : latency - 60 }
        }
        launch.values["app.requests.AR-F"] = { _ in 0 }
        launch.values["app.requests.AR-L"] = { _ in 0.03 }
        launch.silent["cdn.p95"] = (3500, "no answer within 2 s")
        launch.silent["backup.age"] = (.hours(12), "exit 3: no route to storage-2")
        launch.silent["tls.expires"] = (.days(9), "connection refused")
        launch.tell()
        launch.change("app.p95.AR-K", .warning, .ok, 171, .above(150), ago: 2000)
        launch.change("redis.memory_used", .ok, .warning, 80.2, .above(80), ago: 257)
        launch.change("pay.p95", .ok, .critical, 3012, .above(3000), ago: 1260)
        launch.change("biz.payments", .ok, .critical, 88.2, .below(90), ago: 1199)
        for code in ["AR-V", "AR-Z", "AR-Y"] {
            launch.change(SeriesID("app.p95.\(code)"), .ok, .critical, 210, .above(200), ago: 840)
        }
        for code in ["AR-A", "AR-Q", "AR-N"] {
            launch.change(SeriesID("app.p95.\(code)"), .ok, .warning, 155, .above(150), ago: 830)
        }
        launch.say(
            .verdictChanged(
                .init(series: "backup.age", from: .ok, to: .unknown, reason: "exit 3: no route to storage-2")),
            ago: 43_195)
        return launch
    }()

    /// An hour of readings up to now.
    private mutating func tell() {
        board.apply(Self.manifest)
        for ago in stride(from: 3600, through: 0, by: -1) { board.apply(tick(ago: Double(ago))) }
        // What fell silent longer ago than the hour that is told.
        for (id, quiet) in silent where quiet.since > .hours(1) && id != "tls.expires" {
            board.apply(
                Tick(
                    at: now.advanced(by: Milliseconds(-quiet.since.count)),
                    readings: [Reading(id, .number(value(of: id, ago: 0)))]))
            board.apply(Tick(at: now, readings: [Reading(id, .missed(quiet.why ?? "no answer"))]))
        }
        board.heartbeat = Heartbeat(at: now.advanced(by: -400))
    }

    /// What is read `ago` seconds before now; below zero, after it.
    func tick(ago: Double) -> Tick {
        var readings: [Reading] = []
        for series in Self.manifest.series
        where ago.truncatingRemainder(dividingBy: Double(series.interval.count) / 1000) == 0 {
            if let quiet = silent[series.id], ago < quiet.since.seconds {
                if let why = quiet.why { readings.append(Reading(series.id, .missed(why))) }
            } else if let text = texts[series.id] {
                readings.append(Reading(series.id, .text(text)))
            } else {
                readings.append(Reading(series.id, .number(value(of: series.id, ago: ago))))
            }
        }
        return Tick(at: now.advanced(by: Milliseconds(Int64(-ago * 1000))), readings: readings)
    }

    private func value(of id: SeriesID, ago: Double) -> Double {
        if let value = values[id] { return value(ago) }
        if let row = Self.rows.first(where: { $0.0 == id }) { return row.4 + row.5 * Self.wave(ago, period: row.6) }
        guard let province = Self.provinces.first(where: { id.name.hasSuffix($0.code) }) else { return 0 }
        if id.name.hasPrefix("app.requests") { return 40 - province.latency / 5 }
        return province.latency + province.latency / 12 * Self.wave(ago, period: 300 + province.latency)
    }

    /// A swing with a smaller one on it, −1 … 1; a triangle, so that no mathematics library decides a snapshot.
    private static func wave(_ ago: Double, period: Double) -> Double {
        func triangle(_ phase: Double) -> Double {
            let part = phase - phase.rounded(.down)
            return part < 0.5 ? 4 * part - 1 : 3 - 4 * part
        }
        return 0.75 * triangle(ago / period) + 0.25 * triangle(ago / 37)
    }

    mutating func change(
        _ id: SeriesID, _ from: Verdict, _ to: Verdict, _ value: Double, _ bound: Thresholds.Bound, ago: Int64
    ) {
        say(.verdictChanged(.init(series: id, from: from, to: to, value: value, bound: bound)), ago: ago)
    }

    mutating func say(_ body: Event.Body, ago: Int64) {
        board.apply(Event(origin: "bastion", at: now.advanced(by: Milliseconds.seconds(-ago)), body: body))
    }

    // MARK: Screens

    func model(
        _ width: Int, _ height: Int, mode: Mode = .operator(name: "ana"), now: Moment? = nil
    ) -> Model {
        Model(board: board, now: now ?? self.now, size: Size(width: width, height: height), mode: mode)
    }
}

extension Model {
    /// The picture of the model.
    var frame: Frame {
        _ = charset
        var frame = Frame(size: size)
        view(self, into: &frame)
        return frame
    }

    /// Presses keys by their text form, and returns what the loop is told.
    @discardableResult
    mutating func press(_ keys: String...) -> [Command] {
        keys.flatMap { key in
            Key(name: key).map { update(.key($0)) } ?? []
        }
    }

    func pressing(_ keys: String...) -> Model {
        var model = self
        for key in keys { model.press(key) }
        return model
    }
}
