import Launch

/// Makes what the first frame will need while the board is still being read: the map of this size, and the frame of an example, which
/// nobody sees. What a program does for the first time takes several times as long: its pages are fetched, its types are made.
package func prepare(_ model: Model) {
    if let area = model.layout.panes[.geo]?.inset(1) {
        let layout = GeoPane.layout(of: Atlas.argentina.places.count, in: area.size, model.capabilities)
        if case .map(let size) = layout.picture { _ = MapRaster.argentina(fitting: size) }
    }
    var frame = Frame(size: model.size)
    view(model.ofExample, into: &frame)
}

extension Model {
    /// The same screen with a line or two in each pane.
    fileprivate var ofExample: Model {
        Model(
            board: .example(at: now), now: now, size: size, mode: mode, keymap: keymap, capabilities: capabilities,
            words: words)
    }
}

extension Board {
    fileprivate static func example(at now: Moment) -> Board {
        let (latency, errors, up, version): (SeriesID, SeriesID, SeriesID, SeriesID) = (
            "example.p95", "example.errors", "example.up", "example.version"
        )
        var manifest = Manifest(
            product: Product(name: "guardia", version: version), zone: .utc, environment: "example",
            series: [
                Series(
                    id: latency, title: "Example p95", unit: .milliseconds, interval: 1000,
                    thresholds: Thresholds(warning: .above(150), critical: .above(200))),
                Series(
                    id: errors, title: "Example errors", unit: .percent, interval: 1000,
                    thresholds: Thresholds(critical: .above(1))),
                Series(
                    id: up, title: "Example up", unit: .count, interval: 1000,
                    thresholds: Thresholds(critical: .below(1))),
                Series(id: version, title: "Example version", unit: .text, interval: 1000),
            ],
            panes: Panes(
                health: [
                    Panes.Row(
                        title: "Example", main: latency, judges: [up],
                        facts: [Panes.Fact(series: errors, word: "err")])
                ],
                business: [Panes.Row(title: "Example", main: errors)],
                geo: Panes.Geo(
                    title: "Example", limit: 200,
                    regions: [Panes.Region(code: "AR-C", name: "Example", label: "EXA", latency: latency)]),
                colours: ["blue", "green"].map { name in
                    Panes.Colour(name: name, version: version, up: up, latency: latency, errors: errors)
                }))
        manifest.launchAt = now.utc
        manifest.readiness = ReadinessPlan(
            stations: [.init(name: "example", title: "Example", checks: [.rules, .probes, .alerts([])])],
            deploy: .refuse,
            rules: [.init(name: "Example", series: [latency, "example.none"], tells: true)],
            probes: [up, "example.none"])
        var board = Board()
        board.apply(manifest)
        for second in Int64(0)..<3 {
            let moment = now.advanced(by: Milliseconds((second - 2) * 1000))
            board.apply(
                Tick(
                    at: moment,
                    readings: [
                        Reading(latency, .number(87 + Double(second))), Reading(errors, .number(2)),
                        Reading(up, .number(1)), Reading(version, .text("v1")),
                    ]))
        }
        board.heartbeat = Heartbeat(at: now)
        return board
    }
}
