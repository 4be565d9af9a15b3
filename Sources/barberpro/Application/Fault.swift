/// How a part misbehaves: set at run time by `POST /admin/fault`, with the rest of the settings normal.
struct Fault: Sendable, Hashable {
    /// The share of requests that fail with 500.
    var errorRate = 0.0
    /// The share of payments that are rejected.
    var rejectRate = 0.0
    /// The share of requests that are refused with 429.
    var throttleRate = 0.0
    /// Added to each request.
    var delay = Duration.zero
    /// Multiplies the traffic's rate.
    var rateFactor = 1.0
    /// Slows the network of some provinces.
    var network = Network()

    /// Reads a form: `error_rate`, `reject_rate`, `throttle_rate` (0...1), `delay_ms`, `rate_factor`, `rtt_factor`,
    /// `provinces` (ISO codes with commas).
    init(form: [String: String]) throws(BadFault) {
        for (key, value) in form {
            if key == "provinces" {
                network.provinces = Set(value.split(separator: ",").map(String.init))
                if let unknown = network.provinces.first(where: { Province.byISO[$0] == nil }) {
                    throw BadFault(key: key, value: unknown)
                }
                continue
            }
            guard let number = Double(value), number.isFinite, number >= 0 else {
                throw BadFault(key: key, value: value)
            }
            switch key {
            case "error_rate" where number <= 1: errorRate = number
            case "reject_rate" where number <= 1: rejectRate = number
            case "throttle_rate" where number <= 1: throttleRate = number
            case "delay_ms" where number <= 600_000: delay = .milliseconds(number)
            case "rate_factor" where number <= 100: rateFactor = number
            case "rtt_factor" where number <= 100: network.factor = number
            default: throw BadFault(key: key, value: value)
            }
        }
    }

    init() {}
}

/// A setting that no part has, or a value that it cannot take.
struct BadFault: Error, Hashable, CustomStringConvertible {
    var key: String
    var value: String
    var description: String { "no fault \(key)=\(value)" }
}
