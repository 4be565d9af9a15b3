import Journal
import Launch

/// An invented past of a real launch: its manifest, and every series walking at random around the value it has now.
struct Past {
    /// As many series as the size and speed of the journal are agreed for.
    static let seriesCount = 200

    let manifest: Manifest
    /// How many series have a reading in every second.
    var count: Int { walks.count }
    private var walks: [(id: SeriesID, kind: Walk)]
    private var random: SplitMix

    private enum Walk {
        /// Changes with every look, as a latency does.
        case number(Double, around: Double)
        /// A text, a verdict, something that is up: as good as never changes.
        case still(Measurement)
    }

    /// - Parameter journal: one in which a launch has been running for a while.
    init(of journal: String) throws {
        let board = try JournalReader(path: journal).currentBoard(span: .minutes(1))
        guard var manifest = board.manifest else { throw JournalError.notThere(path: journal) }
        walks = board.tracks.compactMap { track in
            switch track.value {
            case .number(let number) where number != 0 && number != 1 && track.series.unit != .verdict:
                (track.series.id, .number(number, around: number))
            case .some(let value): (track.series.id, .still(value))
            case nil: nil
            }
        }
        for index in walks.count..<max(walks.count, Past.seriesCount) {
            let id = SeriesID("filler.number\(index)")
            manifest.series.append(Series(id: id, title: id.name, unit: .milliseconds, interval: 1000))
            walks.append((id, .number(40, around: 40)))
        }
        self.manifest = manifest
        random = SplitMix(state: 1)
    }

    /// What is read in the next second.
    mutating func readings() -> [Reading] {
        walks.indices.map { index in
            switch walks[index].kind {
            case .still(let value): return Reading(walks[index].id, value)
            case .number(let number, let middle):
                // A step of up to 5 %, drawn back to the middle.
                let next = number + middle * Double.random(in: -0.05...0.05, using: &random) + (middle - number) * 0.1
                walks[index].kind = .number(next, around: middle)
                return Reading(walks[index].id, .number(next))
            }
        }
    }
}

/// The same numbers in every run. Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
