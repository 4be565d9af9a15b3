import FlyingFox
import FoundationEssentials
import Synchronization
import Wire

/// Customers from all provinces, coming independently of each other at the rate of the hour, or at one rate through day and night.
final class TrafficGenerator: Sendable {
    private let door: String
    private let rate: Double
    private let isSteady: Bool
    private let http: HTTPClient
    private let lever = Lever()
    private let state: Mutex<State>

    private struct State {
        var random: SplitMix64
        var customers = 0
        var present = 0
        var outcomes: [String: Int] = [:]
    }

    /// Beyond, new customers stay away: a door that hangs must not fill our memory.
    private static let maximumOfPresent = 3000

    /// - Parameters:
    ///   - rate: requests a second, as an average of the week.
    ///   - isSteady: as many at night as by day.
    init(door: String, rate: Double, isSteady: Bool, seed: UInt64, http: HTTPClient) {
        self.door = door
        self.rate = rate
        self.isSteady = isSteady
        self.http = http
        state = Mutex(State(random: SplitMix64(seed: seed)))
    }

    /// Sends customers until its task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let level = isSteady ? 1 : TrafficShape.level(unixTime: Date.now.timeIntervalSince1970)
                let visits = rate / Journey.meanRequests * level * lever.fault.rateFactor
                // Nobody came within the longest wait: as the process has no memory, drawing again is right, and the
                // rate may have changed.
                let longest = Duration.milliseconds(500)
                let wait = state.withLock { visits > 0 ? $0.random.interval(perSecond: visits) : longest }
                do { try await Task.sleep(for: min(wait, longest)) } catch { return }
                guard wait < longest, let (journey, random) = arrival() else { continue }
                group.addTask { await self.accompany(journey, random) }
            }
        }
    }

    /// What operators may ask of it: what customers met with, and the lever.
    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/admin/fault": return await lever.answer(request)
        case "/metrics":
            let (outcomes, present) = state.withLock { ($0.outcomes, $0.present) }
            var text =
                "# TYPE traffic_customers gauge\ntraffic_customers \(present)\n# TYPE traffic_requests_total counter\n"
            for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) {
                text += "traffic_requests_total{outcome=\"\(outcome)\"} \(count)\n"
            }
            return .text(200, text, type: "text/plain; version=0.0.4; charset=utf-8")
        case let path where path.hasPrefix("/vantage/"):
            return await VantagePoint(http: http, network: lever.fault.network).answer(request)
        default: return .text(404, "no such route\n")
        }
    }

    private func arrival() -> (Journey, SplitMix64)? {
        state.withLock { state in
            guard state.present < TrafficGenerator.maximumOfPresent else { return nil }
            state.customers += 1
            state.present += 1
            let own = SplitMix64(seed: state.random.next())
            return (Journey(number: state.customers, using: &state.random), own)
        }
    }

    private func accompany(_ journey: Journey, _ random: SplitMix64) async {
        var journey = journey
        var random = random
        var session: String?
        while let step = journey.next() {
            let answer = await ask(step, of: journey, session: &session, using: &random)
            journey.took(answer, for: step)
            // People look at a page before they click again.
            let pause = Duration.milliseconds(300 + 2500 * random.unit())
            do { try await Task.sleep(for: pause, tolerance: .milliseconds(50)) } catch { break }
        }
        state.withLock { $0.present -= 1 }
    }

    private func ask(
        _ step: Journey.Step, of journey: Journey, session: inout String?, using random: inout SplitMix64
    ) async -> Journey.Answer {
        let (method, path, form) = journey.request(for: step)
        let roundTrip = lever.fault.network.roundTrip(from: journey.province, using: &random)
        let milliseconds = Int((roundTrip / .milliseconds(1)).rounded())
        var headers: [Wire.HTTPRequest.Header] = [
            .init("X-Province", journey.province.iso), .init("X-Client-RTT-ms", "\(milliseconds)"),
            .init("Cookie", "client=\(journey.client)" + (session.map { "; session=\($0)" } ?? "")),
        ]
        if method == "POST" { headers.append(.init("Content-Type", "application/x-www-form-urlencoded")) }
        let request = Wire.HTTPRequest(
            door + path, method: method, headers: headers, body: method == "POST" ? Array(Form.encode(form).utf8) : nil)
        do {
            let response = try await http.send(request, deadline: .seconds(10))
            note("\(response.status)")
            if let cookie = response.headers["Set-Cookie"], cookie.hasPrefix("session=") {
                session = String(cookie.dropFirst("session=".count).prefix { $0 != ";" })
            }
            guard 200..<300 ~= response.status else { return .init(isSuccess: false) }
            let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
            return .init(isSuccess: true, id: body?.id, isApproved: body?.status == "approved")
        } catch {
            note(error.kind == .timedOut ? "timeout" : "no answer")
            return .init(isSuccess: false)
        }
    }

    private struct Body: Decodable {
        var id: String?
        var status: String?
    }

    private func note(_ outcome: String) { state.withLock { $0.outcomes[outcome, default: 0] += 1 } }
}
