import Dispatch
import Launch
import Synchronization

/// Fills the histories of many series on a thread of its own, while the readings that come after are still decoded.
final class HistoryFiller: Sendable {
    /// What some rows hold.
    struct Run: Sendable {
        /// When the rows were recorded.
        var times: [Timestamp] = []
        /// Of each row the values of all columns; a value that is not ``present`` is whatever was there before.
        var values: [Float]
        /// Of each column a bit a row, the lowest for the first; where it is not set there is no value.
        var present: [UInt64]
        let columns: Int
        /// As many rows as a word has bits.
        static let capacity = UInt64.bitWidth

        init(columns: Int) {
            self.columns = columns
            // Zeros would be written for nothing: what is read was written before, as ``present`` says.
            values = Array(unsafeUninitializedCapacity: columns * Run.capacity) { _, count in
                count = columns * Run.capacity
            }
            present = Array(repeating: 0, count: columns)
            times.reserveCapacity(Run.capacity)
        }
    }

    /// Of each column the place of its history; nil: it is not wanted.
    private let places: [Int?]
    private let ids: [SeriesID]
    private let histories: Mutex<[History]>
    private let queue = DispatchQueue(label: "guardia.histories", qos: .userInitiated)
    /// A run is some hundred kilobytes: where this thread gets no processor, the decoding waits for it. It waits for ``queue`` alone, which
    /// has a thread of its own and waits for nobody: no thread of Swift's is needed to go on.
    private let room = DispatchSemaphore(value: 4)

    /// - Parameters:
    ///   - columns: the series of each column.
    ///   - intervals: of those that are wanted.
    init(_ columns: [SeriesID?], _ intervals: [SeriesID: Milliseconds], span: Milliseconds) {
        var (ids, histories, known) = ([SeriesID](), [History](), [SeriesID: Int]())
        places = columns.map { id in
            guard let id, let interval = intervals[id] else { return nil }
            // A series whose unit changed has two columns, and one history.
            if let place = known[id] { return place }
            known[id] = ids.count
            ids.append(id)
            histories.append(History(interval: interval, span: span))
            return ids.count - 1
        }
        self.ids = ids
        self.histories = Mutex(histories)
    }

    /// Takes in a run; the next is of later rows.
    func fill(_ run: Run) {
        room.wait()
        queue.async { [self] in
            defer { room.signal() }
            histories.withLock { histories in
                for (column, place) in zip(0..<run.columns, places) where run.present[column] != 0 {
                    guard let place else { continue }
                    histories[place].record(
                        run.values, from: column, every: run.columns, at: run.times, present: run.present[column])
                }
            }
        }
    }

    /// All that was filled, once it is; none are left here.
    func taken() -> [(SeriesID, History)] {
        queue.sync {}
        return histories.withLock { histories in
            defer { histories = [] }
            return Array(zip(ids, histories))
        }
    }
}
