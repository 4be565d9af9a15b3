import ArgumentParser
import Console

/// `guardia keys`: every key, from the one keymap.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Print every key of the screen, with the names that a --keys file uses.")

    @Flag(help: "As a Markdown table.")
    var markdown = false

    func run() {
        let words = Words.english
        let rows = Keymap.standard.bindings.map { binding in
            (
                binding.action.rawValue, binding.keys.map(\.name).joined(separator: ", "), words(binding.summary)
            )
        }
        if markdown {
            Output.line("| action | keys | what it does |")
            Output.line("|---|---|---|")
            for row in rows {
                Output.line("| `\(row.0)` | \(row.1.replacing("|", with: "\\|")) | \(row.2) |")
            }
        } else {
            let (first, second) = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
            for row in rows { Output.line("\(pad(row.0, first))  \(pad(row.1, second))  \(row.2)") }
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
