import Testing

@testable import Launch

@Suite struct ComparisonTests {
    private func verdict(_ before: [Float], _ after: [Float], _ direction: Comparison.Direction = .lower)
        -> Comparison.Verdict
    {
        Comparison(before: before, after: after, better: direction).verdict
    }

    private let calm: [Float] = [100, 101, 99, 100, 102, 98, 100]

    @Test func aChangeBeyondNoiseIsJudgedByWhichWayIsGood() {
        let half = calm.map { $0 / 2 }
        #expect(verdict(calm, half) == .better)
        #expect(verdict(half, calm) == .worse)
        #expect(verdict(calm, half, .higher) == .worse)
        #expect(verdict(calm, half, .neither) == .different)
    }

    @Test func aTenthIsNoNews() {
        #expect(verdict(calm, calm.map { $0 * 1.09 }) == .same)
        #expect(verdict(calm, calm.map { $0 * 1.12 }) == .worse)
    }

    @Test func whatScatteredBeforeMayScatterAfter() {
        let wild: [Float] = [10, 200, 30, 150, 90, 60, 180, 20]
        #expect(verdict(wild, wild.map { $0 * 1.5 }) == .same)
    }

    @Test func oneSpikeIsNoChange() {
        #expect(verdict(calm, calm.dropLast() + [90_000]) == .same)
    }

    @Test(
        "too few readings say nothing",
        arguments: [[], [1, 2, 3, 4], [.nan, .nan, .nan, .nan, .nan, .nan]] as [[Float]])
    func tooLittle(few: [Float]) {
        #expect(verdict(few, calm) == .tooLittle)
        #expect(verdict(calm, few) == .tooLittle)
    }

    @Test func aFloorKeepsAWhiffFromBeingNews() {
        let none = [Float](repeating: 0, count: 10)
        let whiff = [Float](repeating: 0.1, count: 10)
        #expect(Comparison(before: none, after: whiff, better: .lower, floor: 0.2).verdict == .same)
        #expect(Comparison(before: none, after: whiff.map { $0 * 5 }, better: .lower, floor: 0.2).verdict == .worse)
        #expect(Comparison(before: none, after: whiff, better: .lower).change == nil)
    }
}

@Suite struct NoticeTests {
    private func traffic(_ notice: String?, age: Milliseconds = 0) -> Traffic {
        Traffic(
            colours: ["blue", "green"],
            edges: [
                Traffic.Edge(
                    name: "edge-1", isUp: true, trouble: nil, split: nil, lock: nil, notice: notice, noticeAge: age,
                    versions: [:],
                    live: [:], misses: [:])
            ])
    }

    @Test func theTimeSinceANoticeWasReadPasses() {
        let revert = traffic("goes back to blue in 240 s", age: 1500).comingRevert
        #expect(revert == Traffic.ComingRevert(edge: "edge-1", colour: "blue", left: 238_500))
        #expect(traffic("goes back to blue in 1 s", age: 5000).comingRevert?.left == 0)
    }

    @Test func aNoticeAmongOthersIsFound() {
        let both = traffic("frozen by ana: month end; goes back to green in 30 s")
        #expect(both.comingRevert?.colour == "green")
        #expect(both.freeze == "frozen by ana: month end")
    }

    @Test(
        "a notice that says nothing of it is none",
        arguments: [
            nil, "", "goes back to", "goes back to blue", "goes back to BLUE in 4 s", "goes back to blue in soon",
            "goes back to blue in 99999999999999999999 s",
        ])
    func none(notice: String?) {
        #expect(traffic(notice).comingRevert == nil)
    }
}

@Suite struct ShellWordsTests {
    @Test(
        "a word is quoted as a shell reads it back",
        arguments: [
            ("v1.4.0", "v1.4.0"), ("--to", "--to"), ("payment p95", "'payment p95'"), ("", "''"),
            ("it's", #"'it'\''s'"#),
            ("$(reboot)", "'$(reboot)'"), ("a\nb", "'a\nb'"), ("ñ", "'ñ'"), ("*", "'*'"), ("~", "'~'"),
        ])
    func quoted(word: String, line: String) {
        #expect(ShellWords.quoted(word) == line)
    }
}

@Suite struct TroubleTests {
    private func traffic(_ trouble: String?) -> Traffic {
        Traffic(
            colours: ["blue", "green"], edges: [Traffic.Edge(name: "edge-1", isUp: trouble == nil, trouble: trouble)])
    }

    @Test func onlyWhatTheDoorSaysOfItselfIsABrokenDoor() {
        #expect(traffic("DOOR BROKEN").isDoorBroken)
        #expect(!traffic("connected, but no answer within the deadline").isDoorBroken)
        #expect(!traffic(nil).isDoorBroken)
    }

    @Test func whatIsNotThereByItsNatureIsNoUnknownCheck() {
        func series(_ name: String, _ absence: Series.Absence) -> Series {
            Series(
                id: SeriesID(name), title: name, unit: .milliseconds, interval: 1000,
                thresholds: Thresholds(critical: .above(10)), absence: absence)
        }
        let now = Moment(utc: Timestamp(seconds: 1_800_000_000), uptime: 0, boot: BootID(rawValue: 1))
        var board = Board(span: .minutes(1))
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: [series("probe", .alarming), series("replica", .alarmingOnceSeen), series("quiet", .normal)],
                panes: Panes()))
        #expect(board.tally(at: now, engineSilent: false) == [.unknown: 1])
        board.apply(Tick(at: now, readings: [Reading("replica", .number(1)), Reading("probe", .number(1))]))
        #expect(board.tally(at: now, engineSilent: false) == [.ok: 2])
        // A replica that was there and is gone is news.
        #expect(board.tally(at: now.advanced(by: .minutes(1)), engineSilent: false) == [.unknown: 2])
    }
}
