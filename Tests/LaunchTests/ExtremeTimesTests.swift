import Foundation
import Launch
import Testing

@Suite("Times at the ends of what a word holds")
struct ExtremeTimesTests {
    static let extremes: [Int64] = [.max, .min, .max - 1, .min + 1, 0, 1 << 52]

    @Test(arguments: extremes) func noArithmeticTraps(number: Int64) {
        for other in Self.extremes {
            let (left, right) = (Milliseconds(number), Milliseconds(other))
            _ = [
                left + right, left - right, left * other, .seconds(number), .minutes(number), .hours(number),
                .days(number),
            ]
            let (time, then) = (Timestamp(milliseconds: number), Timestamp(milliseconds: other))
            _ = (time - then, time + right, Timestamp(seconds: number), time.seconds)
            let moments = [1, 2].map { Moment(utc: time, uptime: left, boot: BootID(rawValue: $0)) }
            let now = Moment(utc: then, uptime: right, boot: BootID(rawValue: 1))
            for moment in moments {
                #expect(moment.age(at: now) >= 0 && now.age(at: moment) >= 0)
                _ = moment.advanced(by: right)
            }
        }
    }

    @Test func sumsStayAtTheBound() {
        #expect(Milliseconds(.max) + 1 == Milliseconds(.max))
        #expect(Milliseconds(.min) - 1 == Milliseconds(.min))
        #expect(Milliseconds(.min) * -1 == Milliseconds(.max))
        #expect(Int64.max.saturating(minus: -1) == .max && Int64.min.saturating(plus: -1) == .min)
        #expect(Int64.max.saturating(times: -2) == .min)
    }

    @Test(arguments: extremes) func whatAFileSaysIsBroughtIntoBounds(number: Int64) throws {
        let time = try JSONDecoder().decode(Timestamp.self, from: Data("\(number)".utf8))
        #expect(time.milliseconds.magnitude <= 1 << 52)
        #expect(Zone.utc.civil(time).year.magnitude < 200_000)
        let json = #"{"utc":\#(number),"uptime":\#(number),"boot":{"rawValue":7}}"#
        let moment = try JSONDecoder().decode(Moment.self, from: Data(json.utf8))
        #expect(moment.uptime.count.magnitude <= 1 << 52)
    }
}
