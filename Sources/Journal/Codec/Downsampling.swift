import Launch

/// Thins out recorded ticks to the minute, keeping what an incident is looked up for: of each series its lowest, its
/// highest and its last reading of the minute, and that it was missed.
///
/// Every figure kept is one that was read: nothing is averaged (contract C2), and a spike does not vanish. Its time is
/// true to the minute only: the up to four ticks that are left of a minute bear the times of its first, its middle and
/// its last tick.
enum Downsampling {
    /// A tick as decoded from the recorder.
    struct Sample: Equatable {
        var at: Moment
        /// Ascending by series.
        var cells: [(series: Int, cell: Cell)]

        static func == (left: Sample, right: Sample) -> Bool {
            left.at == right.at && left.cells.elementsEqual(right.cells, by: ==)
        }
    }

    /// - Parameter ticks: those of one minute, oldest first.
    /// - Parameter number: the value of a cell of a series; nil for what is not a number.
    static func thin(_ ticks: [Sample], number: (_ series: Int, _ cell: Cell) -> Double?) -> [Sample] {
        guard ticks.count > 4 else { return ticks }
        var extremes: [Int: Extremes] = [:]
        for tick in ticks {
            for (series, cell) in tick.cells {
                extremes[series, default: Extremes(first: cell)].take(cell, number: number(series, cell))
            }
        }
        let sorted = extremes.sorted { $0.key < $1.key }
        func tick(_ position: Int, _ cell: (Extremes) -> Cell?) -> Sample {
            Sample(
                at: ticks[position].at,
                cells: sorted.compactMap { series, extremes in
                    cell(extremes).map { (series, $0) }
                })
        }
        let last = ticks.count - 1
        return [
            tick(0) { $0.missed },
            tick(last / 3) { $0.lowest?.cell ?? ($0.first == $0.last ? nil : $0.first) },
            tick(last * 2 / 3) { $0.highest?.cell == $0.lowest?.cell ? nil : $0.highest?.cell },
            tick(last) { $0.last },
        ].filter { !$0.cells.isEmpty }
    }

    /// What is kept of one series.
    private struct Extremes {
        let first: Cell
        var last: Cell
        var lowest: (number: Double, cell: Cell)?
        var highest: (number: Double, cell: Cell)?
        var missed: Cell?

        init(first: Cell) {
            self.first = first
            last = first
        }

        mutating func take(_ cell: Cell, number: Double?) {
            last = cell
            if case .missed = cell { missed = cell }
            guard let number, !number.isNaN else { return }
            if number < lowest?.number ?? .infinity || lowest == nil { lowest = (number, cell) }
            if number > highest?.number ?? -.infinity || highest == nil { highest = (number, cell) }
        }
    }
}
