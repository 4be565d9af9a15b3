import ArgumentParser
import Journal
import Launch

/// `guardia-bench rewind`: how long it takes to see the board as it was.
struct RewindBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewind",
        abstract: "Write 48 hours of two hundred series at 1 Hz, with alerts and deploys, and look at moments of them.")

    @Argument(help: "A journal to take the launch from.") var source: String
    @Argument(help: "The journal to write.") var target: String
    @Option(help: "How many hours.") var hours = 48
    @Option(help: "How many moments.") var count = 200

    func run() async throws {
        var past = try Past(of: source)
        let incidents = Incidents(past.manifest)
        let recorder = try await JournalRecorder.open(path: target, origin: "bench")
        // Full resolution is kept for 48 hours: a minute less, so that nothing of it is thinned out meanwhile.
        let seconds = hours * 3600 - 60
        let start = SystemClock().now().advanced(by: .seconds(Int64(-seconds)))
        await recorder.record(past.manifest, at: start)
        for second in 1...seconds {
            let now = start.advanced(by: .seconds(Int64(second)))
            await recorder.record(Tick(at: now, readings: past.readings()))
            let events = incidents.events(in: second, at: now)
            if !events.isEmpty { await recorder.append(events, at: now) }
            if second % 60 == 0 { await recorder.beat(at: now) }
        }
        let end = start.advanced(by: .seconds(Int64(seconds)))
        await recorder.close(at: end)

        var random = SplitMix(state: 7)
        // As a screen does it: with a reader of its own each time.
        let times = try (0..<count).map { _ in
            let moment = start.utc + .seconds(Int64.random(in: 60...Int64(seconds), using: &random))
            let began = Meter.now
            let board = try JournalReader(path: target).past(at: moment, span: .hours(1)).board
            let took = Meter.now - began
            guard !board.tracks.isEmpty else { throw JournalError.notThere(path: target) }
            return took
        }
        let jumps = try (0..<count).map { _ in
            let moment = start.utc + .seconds(Int64.random(in: 3700...Int64(seconds), using: &random))
            let began = Meter.now
            _ = try JournalReader(path: target).event(.before, moment)
            return Meter.now - began
        }
        print("series \(past.count)")
        print("rewind_ms_p50 \(Meter.median(times) * 1e3)")
        print("rewind_ms_p95 \(Meter.percentile(95, of: times) * 1e3)")
        print("rewind_ms_max \((times.max() ?? 0) * 1e3)")
        print("event_ms_p95 \(Meter.percentile(95, of: jumps) * 1e3)")
    }
}
