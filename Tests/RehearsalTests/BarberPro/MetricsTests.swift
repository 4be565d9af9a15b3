import Testing

@testable import barberpro

@Suite("BarberPro's /metrics")
struct MetricsTests {
    @Test("a request counts in its bucket and all above, in seconds")
    func histogram() {
        let metrics = Metrics(colour: "blue", version: "v1.4.0")
        metrics.count(route: "search", code: 200, province: "AR-V", duration: .milliseconds(190))
        metrics.count(route: "search", code: 200, province: "AR-V", duration: .seconds(9))
        metrics.count(route: "pay", code: 200, province: "AR-V", duration: nil)
        let lines = metrics.text.split(separator: "\n")
        #expect(lines.contains("http_requests_total{route=\"search\",code=\"200\",province=\"AR-V\"} 2"))
        #expect(lines.contains("http_requests_total{route=\"pay\",code=\"200\",province=\"AR-V\"} 1"))
        #expect(lines.contains("http_request_duration_seconds_bucket{province=\"AR-V\",le=\"0.15\"} 0"))
        #expect(lines.contains("http_request_duration_seconds_bucket{province=\"AR-V\",le=\"0.2\"} 1"))
        #expect(lines.contains("http_request_duration_seconds_bucket{province=\"AR-V\",le=\"+Inf\"} 2"))
        #expect(lines.contains("http_request_duration_seconds_count{province=\"AR-V\"} 2"))
        #expect(lines.contains("http_request_duration_seconds_sum{province=\"AR-V\"} 9.19"))
    }

    @Test("every line is a comment or a name with labels and a number")
    func wellFormed() throws {
        let metrics = Metrics(colour: "green", version: "v1.3.9")
        for province in Province.all {
            metrics.count(route: "search", code: 200, province: province.iso, duration: province.roundTrip)
        }
        metrics.count(booking: "created")
        metrics.count(payment: "approved")
        let sample = /[a-z_]+\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\} [0-9.e+-]+/
        let comment = /# (HELP|TYPE) [a-z_]+ .+/
        for line in metrics.text.split(separator: "\n") {
            #expect(line.wholeMatch(of: sample) != nil || line.wholeMatch(of: comment) != nil, "\(line)")
        }
    }
}
