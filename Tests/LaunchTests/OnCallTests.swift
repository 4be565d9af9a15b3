import Launch
import Testing

struct OnCallTests {
    private let zone = People.zone
    private typealias Layer = OnCallSchedule.Layer

    /// Local time in Argentina: day of March 2026, hour and minute. The 9th is a Monday.
    private func time(_ day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        Timestamp(seconds: 1_773_025_200 + Int64((day - 9) * 1440 + hour * 60 + minute) * 60)
    }

    private let monday: Int64 = 20_521  // 2026-03-09

    @Test func theWeekIsHandedOverAtItsHour() {
        let rota = OnCallSchedule(
            name: "devops",
            layers: [Layer(rotation: .weekly, handover: 540, contacts: ["ana", "beto"], firstDay: monday)])
        #expect(rota.onCall(at: time(9, 9), in: zone) == "ana")
        #expect(rota.onCall(at: time(16, 8, 59), in: zone) == "ana")
        #expect(rota.onCall(at: time(16, 9), in: zone) == "beto")
        #expect(rota.onCall(at: time(23, 9), in: zone) == "ana")
        let next = rota.next(after: time(12, 3), in: zone)
        #expect(next?.contact == "beto")
        #expect(next?.from == time(16, 9))
    }

    @Test func theDayIsHandedOverAtItsHour() {
        let rota = OnCallSchedule(
            name: "devops",
            layers: [
                Layer(rotation: .daily, every: 2, handover: 480, contacts: ["ana", "beto", "caro"], firstDay: monday)
            ])
        #expect(rota.onCall(at: time(9, 7, 59), in: zone) == nil)
        #expect(rota.onCall(at: time(9, 8), in: zone) == "ana")
        #expect(rota.onCall(at: time(11, 7, 59), in: zone) == "ana")
        #expect(rota.onCall(at: time(11, 8), in: zone) == "beto")
        #expect(rota.onCall(at: time(15, 8), in: zone) == "ana")
    }

    @Test func aLaterLayerCoversItsHoursAndAnOverrideEverything() {
        let night = BusinessHours([.init(fromMinute: 1320, toMinute: 480)])
        var rota = OnCallSchedule(
            name: "devops",
            layers: [
                Layer(rotation: .weekly, handover: 0, contacts: ["ana"]),
                Layer(rotation: .weekly, handover: 0, contacts: ["beto"], hours: night),
            ])
        #expect(rota.onCall(at: time(9, 12), in: zone) == "ana")
        #expect(rota.onCall(at: time(9, 22), in: zone) == "beto")
        #expect(rota.onCall(at: time(10, 7, 59), in: zone) == "beto")
        rota.overrides = [.init(contact: "caro", from: time(9, 20), until: time(10, 6))]
        #expect(rota.onCall(at: time(9, 22), in: zone) == "caro")
        #expect(rota.onCall(at: time(10, 6), in: zone) == "beto")
    }

    @Test func aGapIsFoundWithItsFirstMinute() {
        let office = BusinessHours([.init(days: (1, 5), fromMinute: 480, toMinute: 1320)])
        let nights = BusinessHours([.init(days: (1, 5), fromMinute: 1320, toMinute: 480)])
        func rota(_ hours: [BusinessHours?]) -> OnCallSchedule {
            OnCallSchedule(
                name: "devops",
                layers: hours.map {
                    Layer(rotation: .weekly, handover: 0, contacts: ["ana"], firstDay: monday, hours: $0)
                })
        }
        #expect(rota([nil]).firstGap(in: zone) == nil)
        // Monday at midnight: the office has not opened.
        #expect(rota([office]).firstGap(in: zone) == time(9, 0))
        var covered = rota([office, nights])
        covered.overrides = [.init(contact: "beto", from: time(9, 0), until: time(9, 8))]
        // The first weekend is not: from Saturday 08:00, when Friday's night ends.
        #expect(covered.firstGap(in: zone) == time(14, 8))
        #expect(
            rota([office, nights, BusinessHours([.init(days: (6, 1), fromMinute: 0, toMinute: 1440)])]).firstGap(
                in: zone) == nil)
    }

    @Test func anHourThatTheClockJumpsOverIsNoGap() {
        // New York, 8 March 2026: 02:00 becomes 03:00.
        let zone = Zone(
            name: "America/New_York", abbreviation: "ET", baseOffset: -18_000,
            transitions: [.init(since: 1_772_953_200, offset: -14_400), .init(since: 1_793_512_800, offset: -18_000)])
        let rota = OnCallSchedule(
            name: "devops",
            layers: [
                Layer(rotation: .daily, handover: 150, contacts: ["ana", "beto"], firstDay: 20_516),
                Layer(rotation: .daily, handover: 0, contacts: ["caro"], firstDay: 20_516),
            ])
        #expect(rota.firstGap(in: zone) == nil)
    }

    @Test func hoursGoOverMidnightAndTheEndOfTheWeek() {
        let hours = BusinessHours([.init(days: (7, 7), fromMinute: 1380, toMinute: 60)])
        #expect(hours.contains(time(15, 23, 30), in: zone))
        #expect(hours.contains(time(16, 0, 59), in: zone))
        #expect(!hours.contains(time(16, 1), in: zone))
        #expect(hours.opening(from: time(9, 12), in: zone) == time(15, 23))
    }
}
