import Synchronization

/// The counters of a part, in the Prometheus text format.
final class Metrics: Sendable {
    /// Upper bounds in seconds.
    static let buckets = [0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5]

    private struct Request: Hashable, Comparable {
        var route: String
        var code: Int
        var province: String

        var labels: String { "route=\"\(route)\",code=\"\(code)\",province=\"\(province)\"" }

        static func < (left: Request, right: Request) -> Bool {
            (left.route, left.code, left.province) < (right.route, right.code, right.province)
        }
    }

    private struct Histogram {
        var counts = [Int](repeating: 0, count: Metrics.buckets.count + 1)
        var sum = 0.0

        mutating func record(_ seconds: Double) {
            counts[Metrics.buckets.firstIndex { seconds <= $0 } ?? Metrics.buckets.count] += 1
            sum += seconds
        }
    }

    private struct State {
        var requests: [Request: Int] = [:]
        var durations: [String: Histogram] = [:]
        var bookings: [String: Int] = [:]
        var payments: [String: Int] = [:]
        var checkouts: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let colour: String
    private let version: String

    init(colour: String, version: String) {
        self.colour = colour
        self.version = version
    }

    /// Counts a request. Its duration is the customer's: our time and what the network added; nil where it is not ours.
    func count(route: String, code: Int, province: String, duration: Duration?) {
        state.withLock {
            $0.requests[Request(route: route, code: code, province: province), default: 0] += 1
            if let duration { $0.durations[province, default: Histogram()].record(duration / .seconds(1)) }
        }
    }

    func count(booking result: String) { state.withLock { $0.bookings[result, default: 0] += 1 } }
    func count(checkout form: String) { state.withLock { $0.checkouts[form, default: 0] += 1 } }
    func count(payment result: String) { state.withLock { $0.payments[result, default: 0] += 1 } }

    var text: String {
        let state = state.withLock { $0 }
        var text = ""
        func family(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        family("barberpro_build_info", "gauge", "The release that runs.")
        text += "barberpro_build_info{version=\"\(version)\",colour=\"\(colour)\"} 1\n"
        family("http_requests_total", "counter", "Requests answered.")
        for (request, count) in state.requests.sorted(by: { $0.key < $1.key }) {
            text += "http_requests_total{\(request.labels)} \(count)\n"
        }
        family(
            "http_request_duration_seconds", "histogram",
            "Time until the customer had the answer, network included; payments left out.")
        for (province, histogram) in state.durations.sorted(by: { $0.key < $1.key }) {
            var total = 0
            for (index, count) in histogram.counts.enumerated() {
                total += count
                let bound = index < Metrics.buckets.count ? "\(Metrics.buckets[index])" : "+Inf"
                text += "http_request_duration_seconds_bucket{province=\"\(province)\",le=\"\(bound)\"} \(total)\n"
            }
            text += "http_request_duration_seconds_sum{province=\"\(province)\"} \(histogram.sum)\n"
            text += "http_request_duration_seconds_count{province=\"\(province)\"} \(total)\n"
        }
        family("bookings_total", "counter", "Bookings by result.")
        for (result, count) in state.bookings.sorted(by: { $0.key < $1.key }) {
            text += "bookings_total{result=\"\(result)\"} \(count)\n"
        }
        family("payments_total", "counter", "Payments by result.")
        for (result, count) in state.payments.sorted(by: { $0.key < $1.key }) {
            text += "payments_total{result=\"\(result)\"} \(count)\n"
        }
        family("checkouts_total", "counter", "Bookings by the checkout that their customer got.")
        for (form, count) in state.checkouts.sorted(by: { $0.key < $1.key }) {
            text += "checkouts_total{checkout=\"\(form)\"} \(count)\n"
        }
        return text
    }
}
