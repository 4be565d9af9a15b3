/// How much a rate amounted to in one hour of the past: what a total that outlives the engine begins from.
package struct HourMean: Hashable, Sendable {
    /// The beginning of the hour, UTC.
    package var hour: Timestamp
    package var mean: Double
    /// For how much of the hour it is known.
    package var known: Milliseconds

    package init(hour: Timestamp, mean: Double, known: Milliseconds) {
        self.hour = hour
        self.mean = mean
        self.known = known
    }
}

/// The sum of a rate over a long time, by the hour: the requests of thirty days from requests a second.
///
/// What was not read is not counted: a gap makes a total smaller, and never invents what nobody saw.
package struct RollingTotal: Hashable, Sendable {
    package let span: Milliseconds
    /// How many milliseconds the rate is a rate of: 1000 where it is a second.
    private let per: Double
    /// By the hour since 1970.
    private var hours: [Int64: Double] = [:]
    private var last: (rate: Double, at: Moment)?

    private static let hour: Int64 = 3_600_000

    package init(span: Milliseconds, per seconds: Double = 1) {
        self.span = span
        per = seconds * 1000
    }

    package static func == (left: RollingTotal, right: RollingTotal) -> Bool {
        left.span == right.span && left.per == right.per && left.hours == right.hours
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(hours) }

    /// Takes in hours that were recorded before.
    package mutating func take(_ past: [HourMean]) {
        for hour in past where hour.mean.isFinite {
            hours[hour.hour.milliseconds.flooredDivision(by: Self.hour), default: 0] +=
                hour.mean * Double(hour.known.count) / per
        }
    }

    /// Takes in a reading: the rate is taken to have held since the one before, for `longest` at most.
    package mutating func take(_ rate: Double, at moment: Moment, longest: Milliseconds) {
        defer { last = (rate, moment) }
        guard let last, rate.isFinite else { return }
        let passed = min(last.at.age(at: moment), longest)
        hours[moment.utc.milliseconds.flooredDivision(by: Self.hour), default: 0] += rate * Double(passed.count) / per
        let oldest = (moment.utc.milliseconds - span.count).flooredDivision(by: Self.hour)
        if hours.count > Int(span.count / Self.hour) { hours = hours.filter { $0.key > oldest } }
    }

    /// The total of the span that ends now.
    package func value(at time: Timestamp) -> Double {
        let newest = time.milliseconds.flooredDivision(by: Self.hour)
        let oldest = (time.milliseconds - span.count).flooredDivision(by: Self.hour)
        return hours.reduce(0) { $1.key > oldest && $1.key <= newest ? $0 + $1.value : $0 }
    }
}

extension Unit {
    /// How many seconds a rate in this unit is counted over; 1 for what is no rate.
    package var rateSeconds: Double {
        switch self {
        case .perMinute: 60
        case .perHour, .pesosPerHour: 3600
        default: 1
        }
    }
}
