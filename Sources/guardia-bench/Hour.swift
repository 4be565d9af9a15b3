import ArgumentParser
import Foundation
import Journal
import Launch

/// `guardia-bench hour`: writes a journal with an hour of history, and says what that cost.
struct Hour: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write an hour of history, shaped after a journal in which a launch runs.")

    @Argument(help: "A journal in which a launch runs.") var source: String
    @Argument(help: "The journal to write.") var target: String
    @Option(help: "That many series, each with a reading a second; otherwise the launch's, each at its own interval.")
    var series: Int?

    func run() async throws {
        var past = try Past(of: source, pace: series == nil ? .own : .everySecond, count: series)
        let recorder = try await JournalRecorder.open(path: target, origin: "bench")
        let now = SystemClock().now()
        let seconds: Int64 = 3600
        await recorder.record(past.manifest, at: now.advanced(by: .seconds(-seconds)))
        // All are made beforehand: what is measured is the recorder, and the disk under it.
        let ticks = (1...seconds).map { second in
            Tick(at: now.advanced(by: .seconds(second - seconds)), readings: past.readings())
        }
        let start = Meter.cpu
        for tick in ticks {
            await recorder.record(tick)
            await recorder.beat(at: tick.at)
        }
        let cost = (Meter.cpu - start) / Double(ticks.count)
        await recorder.beat(at: now)
        await recorder.close(at: now)
        print("record_us_per_tick \(cost * 1e6)")
        print("series \(past.count)")
        print("journal_bytes_48h \(try size(of: target) * 48)")
    }

    /// The file alone: its log was brought into it when it was closed.
    private func size(of path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
