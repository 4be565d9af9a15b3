import ArgumentParser
import Console
import Journal
import Launch

/// `guardia-bench kiosk`: what a day on a wall adds to the memory.
struct KioskBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiosk",
        abstract: "Let a wall live through a day: a journal that is written, followed and drawn, faster than time goes."
    )

    @Argument(help: "A journal to take the launch from.") var source: String
    @Argument(help: "The journal to write.") var target: String
    @Option(help: "How many hours.") var hours = 24

    func run() async throws {
        var past = try Past(of: source)
        let incidents = Incidents(past.manifest)
        let recorder = try await JournalRecorder.open(path: target, origin: "bench")
        var now = SystemClock().now().advanced(by: .hours(Int64(-hours - 1)))
        await recorder.record(past.manifest, at: now)
        let reader = try JournalReader(path: target)
        var model = Model(
            board: try reader.currentBoard(), now: now, size: Size(width: 200, height: 60), mode: .kiosk(mayQuit: false)
        )
        var frame = Frame(size: model.size)
        var pictures = Pictures()
        var afterAnHour = 0
        let start = Meter.now
        var frames = 0
        for second in 1...hours * 3600 {
            now = now.advanced(by: 1000)
            await recorder.record(Tick(at: now, readings: past.readings()))
            let events = incidents.events(in: second, at: now)
            if !events.isEmpty { await recorder.append(events, at: now) }
            await recorder.beat(at: now)

            _ = model.update(.tick(now))
            _ = model.update(.heartbeat(Heartbeat(at: now)))
            switch try reader.change() {
            case .nothing: break
            case .replaced: _ = model.update(.board(try reader.currentBoard()))
            case .news:
                repeat {
                    for entry in try reader.news() {
                        switch entry {
                        case .tick(let tick): _ = model.update(.readings([tick]))
                        case .event(let event): _ = model.update(.events([event]))
                        case .manifest(let manifest): _ = model.update(.manifest(manifest))
                        }
                    }
                } while reader.isBehind
            }
            // Every page is drawn, and every critical alert: a page has fifteen seconds, an alert two minutes.
            if second % 5 == 0 {
                view(model, into: &frame, keeping: &pictures)
                frames += 1
            }
            // Then every history is full.
            if second == 3600 { afterAnHour = Meter.privateMemory }
        }
        let growth = Meter.privateMemory - afterAnHour
        await recorder.close(at: now)
        print("frames \(frames)")
        print("times_faster \(Double(hours * 3600) / (Meter.now - start))")
        print("private_bytes_first \(afterAnHour)")
        print("growth_bytes \(growth)")
    }
}
