import ArgumentParser
import Console
import Journal
import Launch

/// `guardia-bench frames`: what it costs to draw the screen, without the terminal.
struct Frames: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw a frame of 200×60 after news, which change all of it, and after a key, which moves the focus.")

    @Argument(help: "A journal to take the launch from.") var journal: String
    @Option(help: "How often.") var count = 300
    @Option(help: "How many alerts fire besides.") var alerts = 0

    func run() throws {
        var past = try Past(of: journal)
        let size = Size(width: 200, height: 60)
        var now = SystemClock().now()
        var model = Model(
            board: try JournalReader(path: journal).currentBoard(), now: now, size: size, mode: .operator(name: "ana"))
        if alerts > 0 {
            let start = Meter.cpu
            _ = model.update(.events((0..<alerts).map { Frames.alert($0, at: now) }))
            print("alerts_taken_us \((Meter.cpu - start) * 1e6)")
        }
        var frame = Frame(size: size)
        var pictures = Pictures()
        var (news, keys) = (0.0, 0.0)
        for _ in 0..<count {
            now = now.advanced(by: 1000)
            _ = model.update(.tick(now))
            _ = model.update(.heartbeat(Heartbeat(at: now)))
            _ = model.update(.readings([Tick(at: now, readings: past.readings())]))
            let start = Meter.cpu
            view(model, into: &frame, keeping: &pictures)
            let drawn = Meter.cpu
            _ = model.update(.key(Key(.tab)))
            view(model, into: &frame, keeping: &pictures)
            news += drawn - start
            keys += Meter.cpu - drawn
        }
        print("news_us \(news / Double(count) * 1e6)")
        print("key_us \(keys / Double(count) * 1e6)")
    }

    /// A flood of one rule over many labels.
    private static func alert(_ number: Int, at now: Moment) -> Event {
        let severity: Severity = number % 5 == 0 ? .critical : .warning
        let facts = AlertEvent.Facts(
            rule: "flood", labels: ["alertname": "flood", "n": String(number), "severity": severity.rawValue],
            severity: severity, summary: "number \(number) is too high", value: Double(number), bound: .above(1),
            since: now.advanced(by: Milliseconds(Int64(-number))))
        return Event(origin: "bench", at: now, body: .alert(.fired(.init(alert: facts))))
    }
}
