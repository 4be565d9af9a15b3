import Launch

/// Wakes one task: when it is rung, and when what the task said is due.
struct Bell: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func ring() { continuation.yield() }

    /// Runs `work` at each ring until the task is cancelled.
    ///
    /// - Parameter work: brings the uptime at which it is to run again; nil: when it is rung.
    func serve(clock: any Clock, _ work: () async -> Milliseconds?) async {
        var alarm: Task<Void, Never>?
        defer { alarm?.cancel() }
        for await _ in stream {
            alarm?.cancel()
            guard let next = await work(), !Task.isCancelled else { continue }
            let pause = max(next - clock.now().uptime, 1)
            alarm = Task {
                try? await Task.sleep(for: pause.duration)
                if !Task.isCancelled { ring() }
            }
        }
    }
}
