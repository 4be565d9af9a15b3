import FoundationEssentials
import Glibc

/// Empties logs that have grown long: a rehearsal that was forgotten over a weekend must not fill the disk.
struct LogKeeper {
    var folder: String
    var limit = 32 << 20

    func run() async {
        while !Task.isCancelled {
            trim()
            do { try await Task.sleep(for: .seconds(30), tolerance: .seconds(5)) } catch { return }
        }
    }

    /// Their writers append, so an emptied log goes on from its beginning.
    func trim() {
        for log in logs { if fileSize(log) > limit { truncate(log, 0) } }
    }

    private var logs: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".log") }.map { "\(folder)/\($0)" }
            + ["access", "edge", "waf"].map { "\(folder)/nginx/\($0).log" }
    }
}
