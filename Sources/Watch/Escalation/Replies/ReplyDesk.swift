package import Launch
import Logging

/// Asks where people answer, while there is a chain that somebody could answer to.
package actor ReplyDesk {
    private let sources: [any ReplySource]
    private let escalator: Escalator
    private let rollCaller: RollCaller?
    private let every: Milliseconds
    private let note: @Sendable (String) -> Void
    private var trouble: [String: String] = [:]

    /// - Parameter note: hears of a source that cannot be asked, and when it can again.
    package init(
        _ sources: [any ReplySource], for escalator: Escalator, rollCaller: RollCaller? = nil, every: Milliseconds,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.sources = sources
        self.escalator = escalator
        self.rollCaller = rollCaller
        self.every = every
        self.note = note
    }

    package func run() async {
        while !Task.isCancelled {
            await ask()
            try? await Task.sleep(for: every.duration)
        }
    }

    /// Asks all of them once, side by side.
    package func ask() async {
        let chains = await escalator.answerable + (rollCaller?.chain.map { [$0] } ?? [])
        guard !chains.isEmpty else { return }
        // The answer comes with its source: the release optimiser of Swift 6.3.1 loses an index that is handed through the group
        // beside a Result, and the engine trapped.
        await withTaskGroup(of: Round.self) { group in
            for source in sources { group.addTask { await Round(asking: source, about: chains) } }
            for await round in group { await take(round.result, from: round.source) }
        }
    }

    /// What one source answered.
    private struct Round: Sendable {
        let source: any ReplySource
        let result: Result<[Reply], any Error>

        init(asking source: any ReplySource, about chains: [EscalationChain]) async {
            self.source = source
            do { result = .success(try await source.replies(to: chains)) } catch { result = .failure(error) }
        }
    }

    private func take(_ result: Result<[Reply], any Error>, from source: any ReplySource) async {
        switch result {
        case .success(let replies):
            if trouble.removeValue(forKey: source.name) != nil { note("replies by \(source.name) are read again") }
            for reply in replies {
                let contact =
                    source.channels.isEmpty
                    ? reply.sender : escalator.contact(ofAddress: reply.sender, onChannels: source.channels)
                if await rollCaller?.hear(reply, from: contact) == true { continue }
                await escalator.hear(reply, from: contact)
            }
        case .failure(let error):
            let words = "\(error)"
            if trouble.updateValue(words, forKey: source.name) != words {
                note("replies by \(source.name) cannot be read: \(words)")
            }
        }
    }
}
