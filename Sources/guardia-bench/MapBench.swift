import ArgumentParser
import Console
import Launch

/// `guardia-bench map`: what it costs to show the country from new data.
struct MapBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map", abstract: "Rasterise the map at 60×64 once, then draw it from new data many times.")

    @Option(help: "How often.") var count = 500

    func run() throws {
        let size = Size(width: 62, height: 67)
        let codes = Atlas.argentina.places.map(\.iso)
        let series = codes.map {
            Series(
                id: SeriesID("app.p95.\($0)"), title: $0, unit: .milliseconds, interval: 1000,
                thresholds: Thresholds(warning: .above(150), critical: .above(200)))
        }
        let regions = zip(codes, series).map { code, series in
            Panes.Region(code: code, name: code, label: String(code.suffix(1)), latency: series.id)
        }
        let now = Moment(utc: Timestamp(seconds: 1_790_000_000), uptime: .hours(1), boot: BootID(rawValue: 1))
        var model = Model(
            board: Board(), now: now, size: Size(width: size.width + 2, height: size.height + 5),
            mode: .operator(name: "ana"))
        _ = model.update(
            .manifest(
                Manifest(
                    product: Product(name: "Bench"), zone: .utc, environment: "bench", series: series,
                    panes: Panes(geo: Panes.Geo(title: "p95", limit: 200, regions: regions)))))
        for key in ["4", "z"] { if let key = Key(name: key) { _ = model.update(.key(key)) } }

        let start = Meter.cpu
        var raster = MapRaster(of: .argentina, fitting: Size(width: 60, height: 64))
        print("raster_ms \((Meter.cpu - start) * 1000)")
        var frame = Frame(size: model.size)
        var pictures = Pictures()
        var times: [Double] = []
        for round in 0..<count {
            let later = now.advanced(by: Milliseconds(Int64(round + 1) * 1000))
            _ = model.update(.tick(later))
            _ = model.update(.heartbeat(Heartbeat(at: later)))
            _ = model.update(
                .readings([
                    Tick(
                        at: later,
                        readings: series.enumerated().map { index, series in
                            Reading(series.id, .number(Double(60 + (index * 37 + round * 11) % 200)))
                        })
                ]))
            let before = Meter.cpu
            view(model, into: &frame, keeping: &pictures)
            times.append(Meter.cpu - before)
        }
        // The first made the raster.
        times.removeFirst()
        print("frame_us \(Meter.median(times) * 1e6)")
        print("frame_us_p95 \(Meter.percentile(95, of: times) * 1e6)")
        raster = MapRaster(of: .argentina, fitting: Size(width: 59, height: 63))
        print("cells \(raster.size.width * raster.size.height)")
    }
}
