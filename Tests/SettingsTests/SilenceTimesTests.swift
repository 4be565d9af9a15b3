import Launch
import Settings
import Testing

/// When a silence holds, as somebody types it.
struct SilenceTimesTests {
    private static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    /// 2026-03-12 18:30 in Buenos Aires.
    private static let now = Timestamp(seconds: 1_773_351_000)

    private func read(_ from: String?, _ until: String?, _ span: String?) throws(SilenceTimes.Trouble) -> (Int64, Int64)
    {
        let times = try SilenceTimes.read(
            from: from, until: until, span: span, zone: Self.zone, zoneName: Self.zone.name, now: Self.now)
        return ((times.from - Self.now).count / 60_000, (times.until - Self.now).count / 60_000)
    }

    @Test(
        arguments: [
            (nil, nil, "30m", 0, 30), (nil, "20:00", nil, 0, 90), (nil, "18:00", nil, 0, 1410),
            ("22:00", nil, "2h", 210, 330), ("22:00", "02:00", nil, 210, 450),
            ("2026-03-14T22:00", "2026-03-15T02:00:00-03:00", nil, 3090, 3330),
            ("2026-03-14 22:00", nil, "1h", 3090, 3150), ("2026-03-13T01:00:00Z", nil, "1h", 210, 270),
        ] as [(String?, String?, String?, Int64, Int64)])
    func itHoldsFromThenUntilThen(
        from: String?, until: String?, span: String?, begin: Int64, end: Int64
    ) throws {
        let times = try read(from, until, span)
        #expect(times.0 == begin && times.1 == end, "\(times)")
    }

    @Test(
        arguments: [
            (nil, nil, nil, "give --for or --until"), (nil, "20:00", "1h", "give --for or --until"),
            ("2026-03-12T18:00", nil, "1h", "--from: that is past"),
            ("2026-05-12T18:00", nil, "1h", "--from: that is more than 30 days ahead"),
            (nil, "2026-03-12T18:00", nil, "--until: that is past"),
            ("2026-03-14T22:00", "2026-03-14T21:00", nil, "--until: that is not after --from"),
            (nil, "2026-05-12T18:00", nil, "--until: a silence holds for 30 days at most"),
            (nil, nil, "31d", "--for: 31d is out of range"), (nil, nil, "10", "--for: "),
            ("tomorrow", nil, "1h", "--from: "), ("25:00", nil, "1h", "--from: "),
            (nil, "2026-02-30T10:00", nil, "--until: "),
        ] as [(String?, String?, String?, String)])
    func whatIsWrongIsSaidOfItsOption(from: String?, until: String?, span: String?, words: String) {
        do throws(SilenceTimes.Trouble) {
            _ = try read(from, until, span)
            Issue.record("it was taken")
        } catch {
            #expect(error.words.contains(words), "\(error.words)")
        }
    }
}
