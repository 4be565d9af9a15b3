package import Launch

extension Figures {
    /// A value as its unit is read: `87 ms`, `0,1 %`, `1.204/s`, `2,0 GiB`, `$ 412.300/h`, `61 d`.
    package func value(_ value: Double, unit: Unit) -> String {
        guard value.isFinite else { return number(value) }
        switch unit {
        case .count, .text: return compact(value)
        case .milliseconds: return duration(milliseconds: value)
        case .seconds: return duration(milliseconds: value * 1000)
        case .days: return compact(value) + " d"
        case .bytes: return bytes(value)
        case .bytesPerSecond: return bytes(value) + "/s"
        case .percent: return percent(value, decimals: value.magnitude < 99.95 ? 1 : 0)
        case .perSecond: return rate(value)
        case .perMinute: return rate(value, per: "min")
        case .perHour: return rate(value, per: "h")
        case .pesos: return money(value)
        case .pesosPerHour: return money(value) + "/h"
        case .verdict: return number(value)
        }
    }

    /// A measured span: `0,4 ms`, `87 ms`, `3,4 s`, `52 min`, `5 h`, `61 d`.
    package func duration(milliseconds: Double) -> String {
        switch milliseconds.magnitude {
        case ..<9.95: number(milliseconds, decimals: 1) + " ms"
        case ..<999.5: number(milliseconds) + " ms"
        case ..<99_950: number(milliseconds / 1000, decimals: 1) + " s"
        case ..<600_000: number(milliseconds / 1000) + " s"
        case ..<7_200_000: number(milliseconds / 60_000) + " min"
        case ..<172_800_000: number(milliseconds / 3_600_000) + " h"
        default: number(milliseconds / 86_400_000) + " d"
        }
    }

    /// How old something is, in whole units that have passed: `12 s`, `4 min`, `12 h`, `61 d`.
    package func age(_ age: Milliseconds) -> String {
        let seconds = max(0, age.count / 1000)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return number(Int(seconds / 86_400)) + " d"
        }
    }

    /// The launch clock: `T+00:42:17`, `T−01:00:00`. Up to a hundred hours it is always ten cells wide.
    ///
    /// Before the launch it counts the seconds begun that are still to go, so that it reads `T−00:00:01` until the
    /// very launch and never `T−00:00:00`.
    package func launchClock(_ sinceLaunch: Milliseconds) -> String {
        let isBefore = sinceLaunch.count < 0
        let seconds = isBefore ? -sinceLaunch.count.flooredDivision(by: 1000) : sinceLaunch.count / 1000
        return "T" + (isBefore ? "−" : "+")
            + Self.two(seconds / 3600) + ":" + Self.two(seconds / 60 % 60) + ":" + Self.two(seconds % 60)
    }

    /// A time of day on the 24-hour clock: `14:42:17`.
    package func clock(_ time: CivilTime) -> String { shortClock(time) + ":" + Self.two(Int64(time.second)) }

    /// A time of day without seconds: `14:42`.
    package func shortClock(_ time: CivilTime) -> String {
        Self.two(Int64(time.hour)) + ":" + Self.two(Int64(time.minute))
    }

    /// `24/11/2026` in Argentina, `2026-11-24` in English: neither can be read as another day.
    package func date(_ time: CivilTime) -> String {
        let (day, month) = (Self.two(Int64(time.day)), Self.two(Int64(time.month)))
        return convention == .argentine ? "\(day)/\(month)/\(time.year)" : "\(time.year)-\(month)-\(day)"
    }

    /// The same without the year: `24/11`, `11-24`.
    package func shortDate(_ time: CivilTime) -> String {
        let (day, month) = (Self.two(Int64(time.day)), Self.two(Int64(time.month)))
        return convention == .argentine ? "\(day)/\(month)" : "\(month)-\(day)"
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
