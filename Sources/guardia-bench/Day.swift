import ArgumentParser
import Console
import Journal
import Launch

/// `guardia-bench day`: what a day of looking at the screen adds to the memory.
struct Day: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a model live through a day of ticks, drawing it as often as a minute has frames to differ.")

    @Argument(help: "A journal to take the launch from.") var journal: String

    func run() throws {
        var past = try Past(of: journal)
        let size = Size(width: 200, height: 60)
        var now = SystemClock().now()
        var model = Model(
            board: try JournalReader(path: journal).currentBoard(), now: now, size: size, mode: .kiosk(mayQuit: true))
        var frame = Frame(size: size)

        func live(seconds: Int) {
            for second in 0..<seconds {
                now = now.advanced(by: 1000)
                _ = model.update(.tick(now))
                _ = model.update(.readings([Tick(at: now, readings: past.readings())]))
                if second % 10 == 0 { view(model, into: &frame) }
            }
        }
        // Over an hour: every history is full.
        live(seconds: 4000)
        let before = Meter.privateMemory
        live(seconds: 86_400)
        print("growth_bytes \(Meter.privateMemory - before)")
    }
}
