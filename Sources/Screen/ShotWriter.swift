import Console
import Dispatch
import Glibc
import Launch
import Synchronization

/// Writes pictures of the screen into the operator's home, on a thread of its own: a home on a slow disk holds up no key.
final class ShotWriter: Sendable {
    private let wake: @Sendable () -> Void
    private let words = Mutex<[String]>([])

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    /// What came of it since the last call.
    func take() -> [String] {
        words.withLock { words in
            defer { words.removeAll() }
            return words
        }
    }

    /// Writes a frame once as a picture and once as text to paste.
    func write(_ frame: Frame, theme: Theme, at moment: Timestamp) {
        let folder = getenv("HOME").map { String(cString: $0) } ?? "/tmp"
        let time = Zone.utc.civil(moment)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let stamp =
            "\(time.year)\(two(time.month))\(two(time.day))T\(two(time.hour))\(two(time.minute))\(two(time.second))Z"
        let name = "\(folder)/guardia-\(stamp)"
        DispatchQueue.global().async {
            var word = "written: \(name).svg and .txt"
            for shot in [Shot.text, .svg] {
                let path = "\(name).\(shot.rawValue)"
                if let failure = Self.write(shot.render(frame, theme: theme), to: path) { word = "\(path): \(failure)" }
            }
            self.words.withLock { $0.append(word) }
            self.wake()
        }
    }

    /// Why it could not be written; nil where it was. An existing file is not overwritten.
    private static func write(_ text: String, to path: String) -> String? {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                let failure = String(cString: strerror(errno))
                unlink(path)
                return failure
            }
            bytes = bytes.dropFirst(count)
        }
        return nil
    }
}
