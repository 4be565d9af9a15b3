import Foundation
import Glibc
import Launch
import Security
import Synchronization
import Testing

/// What a real nginx refuses, as the engine counts it.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: HardenedEdge.isInstalled, "see scripts/deps"))
struct RefusedOnEdgeTests {
    /// A clock that goes on only when it is told to.
    private final class SteppedClock: Launch.Clock {
        private let moment: Mutex<Moment>
        init(_ moment: Moment) { self.moment = Mutex(moment) }
        func now() -> Moment { moment.withLock { $0 } }
        func advance(_ span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }
    }

    @Test func itIsCountedByReasonCountryAndRule() async throws {
        try await withHardenedEdge { (edge) async throws in
            let clock = SteppedClock(
                Moment(
                    utc: Timestamp(seconds: Int64(time(nil))), uptime: .seconds(1000), boot: BootID(rawValue: 1)))
            let desk = RefusalDesk(DefencePlan(), of: edge.deployment, on: edge.reactor, clock: clock)
            #expect(await desk.report().requestTroubles == [])
            for _ in 0..<3 {
                #expect(try await edge.status("/x?q=1%27%20UNION%20SELECT%20password%20FROM%20users--%20") == 403)
            }
            #expect(try await edge.status("/x", from: "127.0.0.66") == 403)
            #expect(try await edge.status("/x", method: "TRACK") == 405)
            #expect(try await edge.status("/x") == 200)
            // What is not refused by the edge is none of its refusals.
            _ = try await edge.settled { text in
                text.split(separator: "\n").count { $0.contains("\"canary\":0}") } == 6
                    && text.split(separator: "\n").count { $0.contains("\"transaction\"") } >= 3
            }
            clock.advance(.seconds(10))
            let report = await desk.report()
            #expect(report.requestsPerMinute(within: .minutes(1)) == 36)
            #expect(report.refusedPerMinute(within: .minutes(1)) == 30)
            #expect(report.perMinute(.reason, "waf", within: .minutes(1)) == 18)
            #expect(report.perMinute(.reason, "country", within: .minutes(1)) == 6)
            #expect(report.perMinute(.reason, "method", within: .minutes(1)) == 6)
            #expect(Set(report.top(.country).map(\.name)) == ["AR", "US"])
            #expect(report.top(.rule, 10).contains { $0.name.hasPrefix("942") })
            #expect(report.check(every: .minutes(1)).verdict == .ok)
            // guardia's own trials are not among them.
            _ = try await edge.survey()
            clock.advance(.seconds(10))
            #expect(await desk.report().refusedPerMinute(within: .minutes(1)) == 15)

            #expect(rename(edge.plan.log, edge.plan.log + ".away") == 0)
            clock.advance(.seconds(10))
            let blind = await desk.report()
            #expect(blind.requestTroubles.first?.contains("cannot be read") == true)
            #expect(blind.check(every: .minutes(1)).verdict == .unknown)
            await desk.close()
        }
    }
}
