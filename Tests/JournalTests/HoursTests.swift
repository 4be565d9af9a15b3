import Launch
import Testing

@testable import Journal

/// The past of a rate by the hour, from ticks as they were recorded and from what is left of them.
struct HoursTests {
    @Test("an hour is the mean of its minutes, before and after they are downsampled")
    func hours() throws {
        let folder = try Folder()
        let writer = try JournalWriter(path: folder.journal, origin: "test")
        let manifest = Manifest.of([.perSecond, .count])
        try writer.record(manifest, at: .at(0))
        // Ten a second in the first hour, twenty in the half hour after it; the other series is not asked for.
        for second in stride(from: 0, to: 5400, by: 5) {
            let rate = second < 3600 ? 10.0 : 20.0
            try writer.record(
                Tick(
                    at: .at(Double(second)),
                    readings: [Reading("/s.0", .number(rate)), Reading("count.1", .number(Double(second)))]))
        }
        func hours() throws -> [HourMean] {
            try JournalReader(path: folder.journal).hours(of: ["/s.0"], since: Moment.at(0).utc)["/s.0"] ?? []
        }
        let start = Moment.at(0).utc
        let expected = [
            HourMean(hour: start, mean: 10, known: .hours(1)),
            HourMean(hour: start + .hours(1), mean: 20, known: .minutes(30)),
        ]
        #expect(try hours() == expected)
        while try writer.prune(
            now: start + .days(3), retention: Retention(full: .hours(48), downsampled: .days(90)))
        {}
        #expect(try hours() == expected)
        #expect(try JournalReader(path: folder.journal).hours(of: ["/s.0"], since: start + .days(1)).isEmpty)
        #expect(try JournalReader(path: folder.journal).hours(of: [], since: start).isEmpty)
    }
}
