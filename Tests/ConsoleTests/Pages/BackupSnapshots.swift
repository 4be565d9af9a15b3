import Console
import Launch
import Testing

/// Pictures of the backups page: well, in trouble, and before the first.
@Suite struct BackupSnapshots {
    static let facts = BackupFacts(
        database: "barberpro", targets: RecoveryTargets(rpo: .hours(25), rto: .minutes(30), proof: .days(8)),
        schedule: WeeklySchedule(minutes: [210]), drillSchedule: WeeklySchedule(weekdays: 7...7, minutes: [300]),
        encryption: "age", places: ["/var/backups/guardia", "s3://barberpro-backups"])

    private static func launch(_ events: [(BackupEvent, Milliseconds)], isConfigured: Bool = true) -> BarberPro {
        var launch = BarberPro.calm
        if isConfigured {
            var manifest = BarberPro.manifest
            manifest.backup = facts
            launch.board.apply(manifest)
        }
        for (event, ago) in events { launch.say(.backup(event), ago: ago.count / 1000) }
        return launch
    }

    private static func taken(day: Int64, bytes: Int64) -> (BackupEvent, Milliseconds) {
        let ago = Milliseconds.hours(11) + .days(day)
        let at = BarberPro.now.utc + Milliseconds(-ago.count)
        return (
            .taken(
                .init(
                    name: "20261023T063000Z-barberpro-00\(10 + day)", method: .logical, database: "barberpro",
                    snapshotAt: at, took: .seconds(95 + day), bytes: bytes, rawBytes: bytes * 6, tables: 14,
                    rows: 2_412_300 - day * 8000, sha256: "", manifest: "", encryption: "age",
                    places: ["/var/backups/guardia"])), ago
        )
    }

    private static let days = (0..<9).reversed().map { taken(day: $0, bytes: (1_200 - $0 * 9) << 20) }

    private static func drill(
        _ number: Int, _ kind: DrillKind, ago: Milliseconds, passed: Bool?, measured: Milliseconds?, summary: String,
        backup: String? = nil, doubt: String? = nil
    ) -> [(BackupEvent, Milliseconds)] {
        let id = ActionID("drill-\(number)")
        let start: (BackupEvent, Milliseconds) = (
            .drillStarted(
                .init(id: id, kind: kind, by: "ana@bastion-1", silences: [], limit: .hours(1), target: .minutes(30))),
            ago
        )
        guard let passed else { return [start] }
        let end: (BackupEvent, Milliseconds) = (
            .drillEnded(
                .init(
                    id: id, kind: kind, hasPassed: passed, measured: measured, target: .minutes(30), backup: backup,
                    isBackupAtFault: !passed && doubt == nil, doubt: doubt, summary: summary)), ago - .minutes(7)
        )
        return [start, end]
    }

    static let well = launch(
        days
            + drill(
                1, .restore, ago: .hours(9), passed: true, measured: .seconds(372),
                summary: "20261023T063000Z-barberpro-0010 restores: 14 tables the same, in 372 s",
                backup: "20261023T063000Z-barberpro-0010")
            + drill(
                2, .redis, ago: .hours(3), passed: true, measured: .seconds(4),
                summary: "well again after 4.1 s (target 30 s); 31 of 52 answers were bad"))

    static let trouble = launch(
        days
            + drill(
                1, .restore, ago: .hours(9), passed: false, measured: nil,
                summary: "public.bookings: 1411999 rows instead of 1412000",
                backup: "20261023T063000Z-barberpro-0010")
            + [
                (
                    .failed(
                        .init(
                            action: ActionID("backup-1"),
                            reason:
                                "the disk of /var/backups/guardia has 212 MiB left, and 10240 MiB are to stay free: make room, or lower limits.keep_free"
                        )),
                    .hours(2)
                )
            ] + drill(3, .connections, ago: .seconds(12), passed: nil, measured: nil, summary: ""))

    /// A restore of which nothing was asked, a drill that disturbed nothing, and no good backup of a week ago.
    static let doubtful = launch(
        days.suffix(4)
            + drill(
                1, .restore, ago: .hours(9), passed: true, measured: .seconds(372),
                summary:
                    "20261023T063000Z-barberpro-0010 restores: 14 tables the same, in 372 s; WARNING: no smoke query is configured",
                backup: "20261023T063000Z-barberpro-0010", doubt: "no smoke query is configured")
            + drill(
                2, .redis, ago: .hours(3), passed: false, measured: nil,
                summary: "undecided: nothing was disturbed: it is still the same run of Redis, 1f0c2a9b",
                doubt: "nothing was disturbed"))

    @Test("a proof with a doubt, and a drill that proved nothing")
    func doubts() {
        expectSnapshot(Self.doubtful.model(120, 40).pressing("B").frame, "doubtful-120x40")
    }

    @Test("the page", arguments: [(40, 12), (80, 24), (120, 40), (200, 60)])
    func page(width: Int, height: Int) {
        expectSnapshot(Self.well.model(width, height).pressing("B").frame, "well-\(width)x\(height)")
        expectSnapshot(Self.trouble.model(width, height).pressing("B").frame, "trouble-\(width)x\(height)")
    }

    @Test("before the first, it says how to take one")
    func first() {
        expectSnapshot(Self.launch([]).model(80, 24).pressing("B").frame, "none-80x24")
    }

    @Test("where none is configured the key says so, and opens nothing")
    func unconfigured() {
        let model = Self.launch([], isConfigured: false).model(120, 40).pressing("B")
        #expect(model.overlays.isEmpty)
        #expect(model.frame.rows.last?.contains("no backup is configured") == true)
    }

    @Test("it scrolls to its end, and esc goes back")
    func scrolling() {
        let model = Self.well.model(80, 24).pressing("B", "end")
        #expect(model.frame.rows.contains { $0.contains("redis") })
        #expect(model.pressing("esc").overlays.isEmpty)
    }
}
