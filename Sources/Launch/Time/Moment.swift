/// A UTC wall-clock time, in milliseconds since 1970-01-01T00:00:00Z. For events and for people; ages use ``Moment``.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(seconds: Int64) { self.milliseconds = seconds.saturating(times: 1000) }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 { milliseconds.flooredDivision(by: 1000) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (time: Timestamp, milliseconds: Milliseconds) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds.saturating(plus: milliseconds.count))
    }

    package static func - (left: Timestamp, right: Timestamp) -> Milliseconds {
        Milliseconds(left.milliseconds.saturating(minus: right.milliseconds))
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self).withinRecordedTime
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

/// A span of time in whole milliseconds: what intervals, deadlines and ages are written in, from the config to the journal.
package struct Milliseconds: Hashable, Comparable, Sendable, Codable, ExpressibleByIntegerLiteral {
    package var count: Int64

    package init(_ count: Int64) { self.count = count }
    package init(integerLiteral value: Int64) { count = value }

    package static func seconds(_ seconds: Int64) -> Milliseconds { Milliseconds(seconds.saturating(times: 1000)) }
    package static func minutes(_ minutes: Int64) -> Milliseconds { .seconds(minutes.saturating(times: 60)) }
    package static func hours(_ hours: Int64) -> Milliseconds { .minutes(hours.saturating(times: 60)) }
    package static func days(_ days: Int64) -> Milliseconds { .hours(days.saturating(times: 24)) }

    package var seconds: Double { Double(count) / 1000 }
    package var duration: Duration { .milliseconds(count) }

    package static func < (left: Milliseconds, right: Milliseconds) -> Bool { left.count < right.count }
    package static func + (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(left.count.saturating(plus: right.count))
    }
    package static func - (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(left.count.saturating(minus: right.count))
    }
    package static func * (span: Milliseconds, factor: Int64) -> Milliseconds {
        Milliseconds(span.count.saturating(times: factor))
    }

    package init(from decoder: any Decoder) throws {
        count = try decoder.singleValueContainer().decode(Int64.self).withinRecordedTime
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}

/// Which boot of which machine a monotonic time belongs to: the first 64 bits of the kernel's random boot id.
package struct BootID: Hashable, Sendable, Codable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// One instant as it is recorded: wall time for people, `CLOCK_BOOTTIME` for ages.
///
/// Ages survive a step of the wall clock, because they are differences of `uptime`. Only across a reboot (or between two
/// machines) is the wall clock all there is.
package struct Moment: Hashable, Sendable, Codable {
    /// Wall time, UTC.
    package var utc: Timestamp
    /// `CLOCK_BOOTTIME` in milliseconds: it goes on during suspend and no clock step touches it.
    package var uptime: Milliseconds
    /// The boot that `uptime` counts from.
    package var boot: BootID

    package init(utc: Timestamp, uptime: Milliseconds, boot: BootID) {
        self.utc = utc
        self.uptime = uptime
        self.boot = boot
    }

    /// How long before `now` this moment was; never negative.
    package func age(at now: Moment) -> Milliseconds {
        let span = boot == now.boot ? now.uptime - uptime : now.utc - utc
        return max(span, 0)
    }

    /// Whether this moment was after another: by the clock that no step touches, where both know the same one.
    package func isAfter(_ other: Moment) -> Bool {
        boot == other.boot ? uptime > other.uptime : utc > other.utc
    }

    /// This moment moved by `span` on both clocks.
    package func advanced(by span: Milliseconds) -> Moment {
        Moment(utc: utc + span, uptime: uptime + span, boot: boot)
    }
}

extension Moment {
    /// This moment as a file or another machine tells it, without a time that no clock shows.
    package var withinRecordedTime: Moment {
        Moment(
            utc: Timestamp(milliseconds: utc.milliseconds.withinRecordedTime),
            uptime: Milliseconds(uptime.count.withinRecordedTime), boot: boot)
    }
}

extension Int64 {
    /// The nearest time within 140,000 years of the epoch, in milliseconds. Whatever a damaged or hostile file says, ages and
    /// calendars can be computed from it.
    package var withinRecordedTime: Int64 { Swift.min(Swift.max(self, -(1 << 52)), 1 << 52) }

    /// The sum, or the bound where it does not fit: numbers from outside must stop no program.
    package func saturating(plus other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other < 0 ? .min : .max) : sum
    }

    package func saturating(minus other: Int64) -> Int64 {
        let (difference, isOver) = subtractingReportingOverflow(other)
        return isOver ? (other < 0 ? .max : .min) : difference
    }

    package func saturating(times other: Int64) -> Int64 {
        let (product, isOver) = multipliedReportingOverflow(by: other)
        return isOver ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// The quotient rounded towards minus infinity, so that times before 1970 fall into the right second and day.
    package func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
