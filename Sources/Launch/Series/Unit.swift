/// What a number is a number of. Values are always in the base unit named here; only the screen scales them.
package enum Unit: String, Hashable, Sendable, Codable, CaseIterable {
    /// No unit: a count, a state.
    case count
    /// Milliseconds.
    case milliseconds = "ms"
    /// Seconds, shown as the span that reads best (s, min, h, d).
    case seconds = "s"
    /// Days.
    case days = "d"
    /// Bytes, shown in binary multiples.
    case bytes = "B"
    /// Per cent, 0 … 100.
    case percent = "%"
    /// Events a second.
    case perSecond = "/s"
    /// Events a minute.
    case perMinute = "/min"
    /// Events an hour.
    case perHour = "/h"
    /// Bytes a second.
    case bytesPerSecond = "B/s"
    /// Argentine pesos.
    case pesos = "ARS"
    /// Pesos an hour.
    case pesosPerHour = "ARS/h"
    /// A verdict as its Nagios code: 0 ok, 1 warning, 2 critical, 3 unknown.
    case verdict
    /// Not a number: a text such as a version.
    case text

    /// The smallest difference worth recording. The journal rounds to it, which is what makes an hour of history small.
    package var resolution: Double {
        switch self {
        case .milliseconds, .percent, .seconds: 0.01
        case .perSecond, .perMinute, .perHour, .days: 0.01
        case .bytes, .bytesPerSecond: 1
        case .pesos, .pesosPerHour: 0.01
        case .count: 0.001
        case .verdict, .text: 1
        }
    }
}
