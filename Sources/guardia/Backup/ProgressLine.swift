import Actions
import Console
import Foundation
import Glibc
import Launch
import Synchronization

/// One line at the bottom of a terminal that says how far a long step is; nothing where standard error is none.
enum ProgressLine {
    private static let isShown = Mutex(false)

    static func show(_ step: String, _ progress: StreamGauge.Progress, _ style: FigureStyle) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let figures = Figures(style == .english ? .english : .argentine)
        var words = ["  \(step)"]
        if let share = progress.share {
            let filled = Int(share * 20)
            words.append(
                "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled) + "] "
                    + figures.percent(share * 100, decimals: 0))
        }
        words.append(figures.bytes(Double(progress.bytes)))
        words.append(figures.bytes(progress.perSecond) + "/s")
        if let left = progress.left { words.append("\(figures.age(left)) left") }
        if let table = progress.table { words.append(Text.sanitised(table, limit: 60)) }
        isShown.withLock { $0 = true }
        write("\r\u{1b}[K" + words.joined(separator: "  "))
    }

    static func clear() {
        guard
            isShown.withLock({ shown in
                defer { shown = false }
                return shown
            })
        else { return }
        write("\r\u{1b}[K")
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
