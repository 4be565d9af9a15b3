package import Launch

/// What one reference says of this machine's clock: by how much it may be ahead (positive) or behind.
package struct ClockEvidence: Hashable, Sendable {
    /// Who said it, for the sentence.
    package var source: String
    /// Milliseconds; the true offset lies in between.
    package var offset: ClosedRange<Double>

    package init(source: String, offset: ClosedRange<Double>) {
        self.source = source
        self.offset = offset
    }

    /// From a reference that read its clock at some time between our question and its answer.
    ///
    /// - Parameters:
    ///   - reference: what it read.
    ///   - resolution: it may have been that much later: 1000 for a `Date` header, which drops the fraction of the second.
    ///   - asked: our clock when we asked; `answered`: when the answer was there.
    package init(source: String, reference: Double, resolution: Double, asked: Double, answered: Double) {
        let latest = max(answered - reference, asked - reference - resolution)
        self.init(source: source, offset: (asked - reference - resolution)...latest)
    }

    /// What most of the evidence agrees on: the interval that the most references admit (Marzullo's algorithm, which NTP
    /// chooses its sources by).
    ///
    /// - Returns: the offset nearest to zero that they admit, so that coarse evidence (a `Date` of one second) never makes a
    ///   right clock look wrong; a miss where no majority agrees.
    package static func judgement(of evidence: [ClockEvidence]) -> Measurement {
        guard !evidence.isEmpty else { return .missed("no reference answered") }
        // Where one interval begins and another ends at the same value, they touch: beginnings come first.
        var edges = evidence.flatMap {
            [(at: $0.offset.lowerBound, opens: true), (at: $0.offset.upperBound, opens: false)]
        }
        edges.sort { ($0.at, $0.opens ? 0 : 1) < ($1.at, $1.opens ? 0 : 1) }
        var (open, most) = (0, 0)
        var best: ClosedRange<Double> = 0...0
        for (index, edge) in edges.enumerated() {
            open += edge.opens ? 1 : -1
            if edge.opens, open > most, index + 1 < edges.count {
                most = open
                best = edge.at...edges[index + 1].at
            }
        }
        guard most * 2 > evidence.count else {
            return .missed("the references disagree: \(evidence.map(\.described).joined(separator: ", "))".bounded())
        }
        return .number(best.contains(0) ? 0 : best.lowerBound > 0 ? best.lowerBound : best.upperBound)
    }

    private var described: String {
        let middle = (offset.lowerBound + offset.upperBound) / 2
        // Beyond a day's worth of milliseconds no one needs the digits.
        return "\(source) \(middle >= 0 ? "+" : "−")\(Int(min(abs(middle), 1e15).rounded())) ms"
    }
}
