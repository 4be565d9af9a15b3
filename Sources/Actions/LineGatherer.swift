import Launch
import Synchronization

/// Gathers a command's output into lines and hands them on some at a time, so that a flood is not an event a line.
final class LineGatherer: Sendable {
    /// How many lines, and how much of each, are handed on in all; the rest is counted.
    fileprivate static let lineLimit = 400
    fileprivate static let width = 400

    fileprivate struct State {
        var partial = ""
        var waiting: [String] = []
        var told = 0
        var dropped = 0
        var isOver = false
    }

    private let state = Mutex(State())
    private let tick: AsyncStream<Void>.Continuation
    private let telling: Task<Void, Never>

    init(_ tell: @escaping @Sendable (String) async -> Void) {
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.tick = tick
        let box = Box()
        telling = Task {
            for await _ in ticks {
                while let lines = box.owner?.take() { await tell(lines) }
            }
        }
        box.set(self)
    }

    private final class Box: Sendable {
        private let held = Mutex<Weak>(Weak())
        private struct Weak: Sendable { weak var value: LineGatherer? }
        var owner: LineGatherer? { held.withLock { $0.value } }
        func set(_ owner: LineGatherer) { held.withLock { $0.value = owner } }
    }

    /// Takes a piece of output.
    func take(_ text: String) {
        state.withLock { state in
            // Split once: a flood must not hold up the command that makes it.
            var lines = (state.partial + text).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            state.partial = lines.popLast().map(String.init) ?? ""
            for line in lines { state.push(line) }
            // A line without an end must not grow for ever.
            if state.partial.utf8.count > 16_384 {
                state.push(state.partial)
                state.partial = ""
            }
        }
        tick.yield()
    }

    /// Hands on what is left, and waits for it.
    func finish() async {
        state.withLock { state in
            if !state.partial.isEmpty { state.push(state.partial) }
            state.partial = ""
            if state.dropped > 0 { state.waiting.append("… \(state.dropped) more lines") }
        }
        tick.yield()
        tick.finish()
        await telling.value
    }

    private func take() -> String? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let lines = state.waiting.prefix(20)
            state.waiting.removeFirst(lines.count)
            return lines.joined(separator: "\n")
        }
    }
}

extension LineGatherer.State {
    fileprivate mutating func push(_ line: some StringProtocol) {
        guard told < LineGatherer.lineLimit else {
            dropped += 1
            return
        }
        told += 1
        waiting.append(String(line.prefix(LineGatherer.width)))
    }
}
