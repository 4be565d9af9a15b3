package import Launch

/// A board that is kept up with a journal, for whoever looks at it now and then. It blocks: it belongs on a thread of its own.
package struct FollowedBoard {
    private let path: String
    private let span: Milliseconds
    private let isWanted: (@Sendable (Series) -> Bool)?
    private var reader: JournalReader?
    /// As the journal had it at the last ``catchUp()``; nil where it could not be read.
    package private(set) var board: Board?
    /// Why it could not.
    package private(set) var failure: JournalError?

    /// - Parameters:
    ///   - span: how much history each series keeps.
    ///   - wanted: the series that the board is to have; of thousands, most are nobody's business.
    package init(
        _ path: String, span: Milliseconds, only wanted: (@Sendable (Series) -> Bool)? = nil
    ) {
        self.path = path
        self.span = span
        isWanted = wanted
    }

    /// Takes in what was written since the last time, or reads the whole where there was none.
    ///
    /// - Returns: the events that came. Of a journal that is read as a whole they are on the board, and are no news.
    @discardableResult
    package mutating func catchUp() -> [Event] {
        var events: [Event] = []
        do throws(JournalError) {
            if let reader, board != nil {
                switch try reader.change() {
                case .nothing: break
                case .replaced: board = try reader.currentBoard(span: span, only: isWanted)
                case .news:
                    repeat {
                        // Who wants no series is spared every reading of all of them, once a second.
                        for entry in try reader.news(readings: board?.wantsReadings ?? true) { take(entry, &events) }
                    } while reader.isBehind
                }
                if let beat = reader.heartbeat() { board?.heartbeat = beat }
            } else {
                let opened = try JournalReader(path: path)
                board = try opened.currentBoard(span: span, only: isWanted)
                reader = opened
            }
            failure = nil
        } catch {
            (reader, board, failure) = (nil, nil, error)
        }
        return events
    }

    private mutating func take(_ entry: JournalEntry, _ events: inout [Event]) {
        switch entry {
        case .manifest(let manifest): board?.apply(isWanted.map(manifest.keeping) ?? manifest)
        case .tick(let tick): board?.apply(tick)
        case .event(let event):
            board?.apply(event)
            events.append(event)
        }
    }
}

extension Board {
    /// Whether any reading will ever be of use to it. Before its manifest has come it may be: ticks come at the same look.
    var wantsReadings: Bool { manifest == nil || !tracks.isEmpty }
}

extension Manifest {
    /// The same with some of its series alone.
    func keeping(_ isWanted: (Series) -> Bool) -> Manifest {
        var manifest = self
        manifest.series = manifest.series.filter(isWanted)
        return manifest
    }
}
