import ArgumentParser
import Glibc
import Journal
import Launch

/// `guardia-bench latency`: how long after a tick was recorded a reader has it.
struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write ticks to a journal that another thread follows.")

    @Argument(help: "The journal; it grows.") var journal: String

    func run() async throws {
        let recorder = try await JournalRecorder.open(path: journal, origin: "bench")
        var past = try Past(of: journal)
        let reader = try JournalReader(path: journal)
        let watch = JournalWatch(path: journal)
        _ = try reader.currentBoard(span: .minutes(1))
        var random = SplitMix(state: 2)
        var delays: [Double] = []
        for _ in 0..<40 {
            // The reader waits as the dashboard does; the write falls anywhere in between.
            let pause = UInt64.random(in: 0..<100_000, using: &random)
            let tick = Tick(at: SystemClock().now(), readings: past.readings())
            let writer = Task { () -> Double in
                try await Task.sleep(nanoseconds: pause * 1000)
                await recorder.record(tick)
                return Meter.now
            }
            while try reader.change() != .news { watch.wait() }
            _ = try reader.news()
            delays.append(Meter.now - (try await writer.value))
        }
        await recorder.close(at: SystemClock().now())
        print("seen_ms_p50 \(Meter.median(delays) * 1e3)")
        print("seen_ms_max \((delays.max() ?? .nan) * 1e3)")
    }
}
