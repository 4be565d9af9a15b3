import Console
import Launch

/// BarberPro before its launch: a poll of eight stations, of which some are go, one waits for a person, one is no-go and waived,
/// one has a waiver that is over; a team of which one has not answered; and a clock.
struct Polled {
    var launch: BarberPro

    static let manifest: Manifest = {
        var manifest = BarberPro.manifest
        manifest.roster = Firing.roster
        func bound(_ id: SeriesID, _ must: Thresholds.Bound? = nil) -> ReadinessCheck {
            .series(SeriesCondition(series: id, must: must))
        }
        manifest.readiness = ReadinessPlan(
            stations: [
                .init(name: "application", title: "Application health", checks: [.target("api"), bound("api.p95")]),
                .init(
                    name: "database", title: "Database performance",
                    checks: [bound("pg.query", .below(100)), bound("pg.connections_used", .below(80))]),
                .init(
                    name: "payments", title: "Payment gateway",
                    checks: [.alerts([LabelMatcher(name: "alertname", value: "payment.*", isRegex: true)])]),
                .init(name: "security", title: "Security systems", checks: [.security("tls", grade: .aMinus)]),
                .init(name: "monitoring", title: "Monitoring and alerts", checks: [.deadMan]),
                .init(name: "backups", title: "Backup systems", checks: [.backup(proved: true)]),
                .init(name: "cdn", title: "CDN performance", checks: [bound("api.p95", .below(500))]),
                .init(
                    name: "procedures", title: "Emergency procedures",
                    checks: [.escalation, .rollCall, .attested("the runbook was walked through")]),
            ], deploy: .refuse, rollCall: RollCallPlan(people: ["ana", "leo", "carla", "nestor"], channels: ["sms"]))
        manifest.launchAt = BarberPro.now.utc + .minutes(18)
        manifest.closerWatch = CloserWatch()
        return manifest
    }()

    init() {
        launch = .calm
        launch.board.apply(Self.manifest)
        tell(
            .waived(.init(station: "monitoring", by: "ana", reason: "the monitor comes tomorrow", until: time(3600))),
            ago: 600)
        tell(.waived(.init(station: "backups", by: "leo", reason: "drill runs tonight", until: time(-60))), ago: 4000)
        tell(.held(.init(station: "cdn", by: "carla", reason: "purging the cache")), ago: 240)
        tell(
            .attested(
                .init(station: "procedures", by: "ana", isGo: true, reason: "walked through at ten", until: time(7200))),
            ago: 900)
        tell(.turned(.init(station: "database", from: .unknown, to: .go, why: "")), ago: 5000)
        tell(
            .asked(.init(id: "rollcall-1", by: "ana", people: ["ana", "leo", "carla", "nestor"], until: time(900))),
            ago: 700)
        tell(.answered(.init(id: "rollcall-1", who: "ana", isGo: true, way: "sms", words: "GO 4821")), ago: 640)
        tell(.answered(.init(id: "rollcall-1", who: "leo", isGo: true, way: "slack", words: "go")), ago: 500)
        tell(
            .answered(.init(id: "rollcall-1", who: "carla", isGo: false, way: "sms", words: "NO GO 1234 on a plane")),
            ago: 90)
    }

    private func time(_ seconds: Int64) -> Timestamp { BarberPro.now.utc + .seconds(seconds) }

    mutating func tell(_ event: ReadinessEvent, ago: Int64) { launch.say(.readiness(event), ago: ago) }

    /// The same when all of it is go but for one station, which is waived.
    var ready: BarberPro {
        var manifest = Self.manifest
        manifest.readiness?.stations =
            Self.manifest.readiness?.stations.map { station in
                var station = station
                if station.name != "monitoring" {
                    station.checks = [.series(SeriesCondition(series: "api.p95", must: .below(500)))]
                }
                return station
            } ?? []
        var launch = self.launch
        launch.board.apply(manifest)
        launch.say(.readiness(.released(.init(station: "cdn", by: "carla", reason: ""))), ago: 30)
        return launch
    }

    /// The clock stands.
    mutating func hold() {
        guard let base = Self.manifest.launchAt else { return }
        tell(.clockHeld(.init(by: "carla", reason: "payments are looked at", base: base)), ago: 120)
    }
}
