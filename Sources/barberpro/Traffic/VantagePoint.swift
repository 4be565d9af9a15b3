import FlyingFox
import FoundationEssentials
import Wire

/// A blackbox exporter in miniature, at a place of a province: it asks an address for real, through the door, and adds what
/// the network would.
struct VantagePoint: Sendable {
    let http: HTTPClient
    let network: Network

    /// `/vantage/AR-X/probe?target=…&module=http_2xx`, or the module `cache_hit`, which succeeds on a hit alone.
    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let parts = request.path.split(separator: "/")
        guard parts.count == 3, parts[0] == "vantage", parts[2] == "probe",
            let province = Province.byISO[String(parts[1])]
        else { return .text(404, "no such place\n") }
        func parameter(_ name: String) -> String? { request.query.first { $0.name == name }?.value }
        guard let target = parameter("target"), target.hasPrefix("http://127.0.0.1:") else {
            return .text(400, "target is missing or not of this machine\n")
        }
        var random = SystemRandomNumberGenerator()
        var own = SplitMix64(seed: random.next())
        // A CDN has a place of its own nearby: a third of the way to Buenos Aires, once there and back for the connection
        // and once for the answer.
        let trip = (network.roundTrip(from: province, using: &own) / .seconds(1)) / 3
        let answer = try? await http.send(
            Wire.HTTPRequest(target, headers: [.init("X-Synthetic", "vantage")]), deadline: .seconds(5))
        guard let answer else { return metrics(["probe_success": 0, "probe_duration_seconds": 5]) }
        let isHit = answer.headers["X-Cache-Status"]?.uppercased() == "HIT"
        let isGood = 200..<300 ~= answer.status && (parameter("module") != "cache_hit" || isHit)
        let serverTime = answer.phases.firstByte / .seconds(1)
        let transfer = max(0, answer.phases.total / .seconds(1) - serverTime)
        return metrics([
            "probe_success": isGood ? 1 : 0, "probe_http_status_code": Double(answer.status),
            "probe_failed_due_to_regex": 200..<300 ~= answer.status && !isGood ? 1 : 0,
            "probe_http_duration_seconds{phase=\"resolve\"}": 0,
            "probe_http_duration_seconds{phase=\"connect\"}": trip,
            "probe_http_duration_seconds{phase=\"processing\"}": trip + serverTime,
            "probe_http_duration_seconds{phase=\"transfer\"}": transfer,
            "probe_duration_seconds": 2 * trip + serverTime + transfer,
        ])
    }

    private func metrics(_ values: [String: Double]) -> HTTPResponse {
        let text = values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
        return .text(200, text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
