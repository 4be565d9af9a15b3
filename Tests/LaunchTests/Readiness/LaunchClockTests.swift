import Launch
import Testing

@Suite("The launch clock")
struct LaunchClockTests {
    private let base = moment(1000).utc

    private func clock(_ events: [(ReadinessEvent, Double)], at seconds: Double) throws -> LaunchClock {
        var log = ReadinessLog()
        for (event, at) in events { log.take(event, at: moment(at)) }
        return try #require(LaunchClock(base: base, log.clock, at: moment(seconds)))
    }

    private func hold(_ base: Timestamp? = nil) -> ReadinessEvent {
        .clockHeld(.init(by: "ana", reason: "payments", base: base ?? self.base))
    }
    private var resume: ReadinessEvent { .clockResumed(.init(by: "ana", reason: "", base: base)) }

    @Test func itCountsDownAndUp() throws {
        #expect(try clock([], at: 0).since == .seconds(-1000))
        #expect(try clock([], at: 1000).since == 0)
        #expect(try clock([], at: 1010).since == .seconds(10))
        #expect(LaunchClock(base: nil, ClockLog(), at: moment(0)) == nil)
    }

    @Test func aHoldStopsItAndMovesTheLaunch() throws {
        let held = try clock([(hold(), 400)], at: 700)
        #expect(held.since == .seconds(-600) && held.heldFor == .seconds(300) && held.held?.body.by == "ana")
        #expect(held.zero == moment(1300).utc)
        let after = try clock([(hold(), 400), (resume, 700)], at: 800)
        #expect(after.since == .seconds(-500) && after.held == nil && after.zero == moment(1300).utc)
        // A second hold while it is held changes nothing, and two holds add up.
        let twice = try clock([(hold(), 400), (hold(), 450), (resume, 500), (hold(), 600), (resume, 650)], at: 700)
        #expect(twice.zero == moment(1150).utc)
    }

    @Test func anotherLaunchForgetsTheHoldsOfTheOneBefore() throws {
        #expect(try clock([(hold(moment(5).utc), 1)], at: 100).held == nil)
        #expect(try clock([(hold(moment(5).utc), 1), (hold(), 50)], at: 100).held != nil)
    }

    @Test func anotherTimeTakesThePlaceOfTheConfigs() throws {
        let set = ReadinessEvent.clockSet(.init(by: "ana", reason: "later", to: moment(5000).utc, base: base))
        let clock = try clock([(hold(), 100), (resume, 200), (set, 300)], at: 400)
        #expect(clock.zero == moment(5000).utc && clock.since == .seconds(-4600))
    }

    @Test func theCloserWatchEndsWithItsLastSecond() throws {
        let watch = CloserWatch(span: .seconds(100), faster: 2)
        #expect(try clock([], at: 999).closerWatchLeft(watch) == nil)
        #expect(try clock([], at: 1000).closerWatchLeft(watch) == .seconds(100))
        #expect(try clock([], at: 1099).closerWatchLeft(watch) == .seconds(1))
        #expect(try clock([], at: 1100).closerWatchLeft(watch) == nil)
        #expect(try clock([], at: 1000).closerWatchLeft(nil) == nil)
    }

    @Test func closerIsNeverSoCloseThatALookCannotEnd() {
        #expect(CloserWatch.interval(.seconds(10), deadline: .seconds(2), faster: 2) == .seconds(5))
        #expect(CloserWatch.interval(.seconds(10), deadline: .seconds(8), faster: 2) == .seconds(8))
        #expect(CloserWatch.interval(.seconds(1), deadline: 500, faster: 4) == .seconds(1))
        #expect(CloserWatch.interval(.seconds(60), deadline: .seconds(5), faster: 1) == .seconds(60))
    }

    // MARK: The window

    private let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    private let window = LaunchWindow(
        weekdays: 1...5, fromMinute: 540, toMinute: 1080,
        holidays: [
            LaunchHoliday(year: 2026, month: 12, day: 25, name: "Navidad"),
            LaunchHoliday(year: 2027, month: 1, day: 1, name: "Año Nuevo"),
        ])

    @Test func aHolidayIsClosedAllDayAndItsNextDayIsNot() {
        func state(_ month: Int, _ day: Int, year: Int = 2026) -> LaunchWindow.State {
            window.state(at: zone.civil(zone.timestamp(year: year, month: month, day: day, hour: 10)))
        }
        #expect(state(12, 24) == .open)
        #expect(state(12, 25) == .closed(.holiday("Navidad")))
        #expect(state(12, 26) == .closed(.weekday))
        #expect(state(1, 1, year: 2027) == .closed(.holiday("Año Nuevo")))
        // A year without a list is not open: nobody knows its holidays. 2028-02-29 is a Tuesday.
        #expect(state(2, 29, year: 2028) == .closed(.noHolidays(year: 2028)))
    }

    @Test func theNextOpeningPassesOverHolidaysAndWeekends() {
        let friday = zone.timestamp(year: 2026, month: 12, day: 24, hour: 20)
        #expect(
            window.nextOpening(after: friday, in: zone) == zone.timestamp(year: 2026, month: 12, day: 28, hour: 9))
    }

    @Test func aClockThatIsOffMakesTheWindowUnknown() {
        var board = Board()
        let now = Moment(
            utc: zone.timestamp(year: 2026, month: 12, day: 24, hour: 10), uptime: .seconds(1000),
            boot: BootID(rawValue: 1))
        var manifest = Manifest(
            product: Product(name: "B"), zone: zone, environment: "t", series: [series("clock.offset")], panes: Panes())
        manifest.clockWitnesses = ["clock.offset"]
        board.apply(manifest)
        #expect(WindowState(window, in: zone, board: board, at: now) == .open)
        board.apply(Tick(at: now, readings: [Reading("clock.offset", .number(-9000))]))
        if case .unknown = WindowState(window, in: zone, board: board, at: now) {} else { #expect(Bool(false)) }
        #expect(WindowState(nil, in: zone, board: board, at: now) == .open)
    }
}
