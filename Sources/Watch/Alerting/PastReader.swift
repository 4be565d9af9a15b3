import Journal
package import Launch

/// Reads what rules that look back begin with, on a thread of its own: it may take seconds, and the first looks do not wait.
package actor PastReader {
    private let path: String
    private let executor = ThreadExecutor(name: "past")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(path: String) { self.path = path }

    deinit { executor.stop() }

    /// Nothing where the journal cannot be read: what is not known is said to be so by the rules.
    package func samples(of spans: [SeriesID: Milliseconds]) -> [SeriesID: [AlertPast.Sample]] {
        guard !spans.isEmpty else { return [:] }
        return (try? JournalReader(path: path).samples(of: spans)) ?? [:]
    }
}
