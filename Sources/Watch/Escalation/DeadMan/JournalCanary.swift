import Journal
package import Launch

/// Looks into the journal, as any reader does, for the canaries that came through.
package actor JournalCanary {
    private let path: String
    private let executor: ThreadExecutor
    private var reader: JournalReader?
    private var newest: (value: Double, at: Moment)?
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(journal path: String) {
        self.path = path
        executor = ThreadExecutor(name: "canary")
    }

    deinit { executor.stop() }

    /// The newest canary in the journal, and when it was put in; nil where there is none, or the journal cannot be read.
    package func look() -> (value: Double, at: Moment)? {
        do throws(JournalError) {
            if let reader {
                switch try reader.change() {
                case .nothing: break
                case .replaced: try load(reader)
                case .news: repeat { for entry in try reader.news() { take(entry) } } while reader.isBehind
                }
            } else {
                let opened = try JournalReader(path: path)
                try load(opened)
                reader = opened
            }
        } catch {
            reader = nil
            newest = nil
        }
        return newest
    }

    private func load(_ reader: JournalReader) throws(JournalError) {
        let track = try reader.currentBoard(span: .seconds(1)).track(Canary.series.id)
        newest = track.flatMap { track in track.number.flatMap { number in track.valueAt.map { (number, $0) } } }
    }

    private func take(_ entry: JournalEntry) {
        guard case .tick(let tick) = entry else { return }
        for reading in tick.readings where reading.series == Canary.series.id {
            if case .number(let number) = reading.measurement { newest = (number, tick.at) }
        }
    }
}
