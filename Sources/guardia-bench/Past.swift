import Journal
import Launch

/// An invented past of a real launch: its manifest, and every series walking at random around the value it has now.
struct Past {
    /// As many series as the size and speed of the journal are agreed for.
    static let seriesCount = 200

    let manifest: Manifest
    var count: Int { walks.count }
    private var walks: [(id: SeriesID, interval: Int64, kind: Walk)]
    private var random: SplitMix
    private let pace: Pace
    private var second: Int64 = 0

    enum Pace: Hashable {
        /// Every series has a reading in every second.
        case everySecond
        /// Each series is read at its own interval.
        case own
    }

    private enum Walk {
        /// Changes with every look, as a latency does.
        case number(Double, around: Double)
        /// A text, a verdict, something that is up: as good as never changes.
        case still(Measurement)
    }

    /// - Parameters:
    ///   - journal: one in which a launch has been running for a while.
    ///   - count: how many series, of the launch's and others; nil: the launch's, and at least two hundred.
    init(of journal: String, pace: Pace = .everySecond, count: Int? = nil) throws {
        self.pace = pace
        let board = try JournalReader(path: journal).currentBoard(span: .minutes(1))
        guard var manifest = board.manifest else { throw JournalError.notThere(path: journal) }
        walks = board.tracks.compactMap { track in
            let interval = max(track.series.interval.count / 1000, 1)
            switch track.value {
            case .number(let number) where number != 0 && number != 1 && track.series.unit != .verdict:
                return (track.series.id, interval, .number(number, around: number))
            case .some(let value): return (track.series.id, interval, .still(value))
            case nil: return nil
            }
        }
        if let count { walks = Array(walks.prefix(count)) }
        for index in walks.count..<max(walks.count, count ?? Past.seriesCount) {
            let id = SeriesID("filler.number\(index)")
            manifest.series.append(Series(id: id, title: id.name, unit: .milliseconds, interval: 1000))
            walks.append((id, 1, .number(40, around: 40)))
        }
        self.manifest = manifest
        random = SplitMix(state: 1)
    }

    /// What is read in the next second.
    mutating func readings() -> [Reading] {
        second += 1
        let due = walks.indices.filter { pace == .everySecond || (second + Int64($0)) % walks[$0].interval == 0 }
        return due.map { index in
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
