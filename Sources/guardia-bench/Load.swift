import ArgumentParser
import Journal
import Launch

/// `guardia-bench load`: how long the last hour takes to come out of a journal.
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open a journal and load its last hour, many times.")

    @Argument(help: "The journal.") var journal: String

    func run() throws {
        let times = try (0..<20).map { _ in
            let start = Meter.now
            _ = try JournalReader(path: journal).currentBoard(span: .hours(1))
            return Meter.now - start
        }
        print("load_ms \(Meter.median(times) * 1e3)")
    }
}
