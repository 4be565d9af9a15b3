import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

@testable import barberpro

@Suite("A rehearsal", .serialized, .timeLimit(.minutes(2)))
struct RehearsalTests {
    @Test("two at once do not collide, and both are a whole launch")
    func twoAtOnce() async throws {
        async let first = Rehearsal.start(.init(bookings: 1000, rate: 60))
        async let second = Rehearsal.start(.init(bookings: 1000, rate: 0))
        let (busy, quiet) = try await (first, second)
        let browser = try Browser()
        for rehearsal in [busy, quiet] {
            let health = try await browser.get(rehearsal.url("DOOR") + "/healthz")
            #expect(health.status == 200)
            #expect(health.headers["X-Version"] == "v1.4.0")
            #expect(try await browser.get(rehearsal.url("GREEN") + "/version").text.contains("v1.3.9"))
        }
        // Customers have come to one of them, from a province, and met with nothing but success.
        #expect(
            try await becomesTrue {
                try await browser.get(busy.url("BLUE") + "/metrics").text.contains("route=\"search\"")
            })
        let outcomes = try await browser.get(busy.url("TRAFFIC") + "/metrics").text.split(separator: "\n")
            .filter { $0.hasPrefix("traffic_requests_total") }
        #expect(outcomes.allSatisfy { $0.contains("outcome=\"20") }, "\(outcomes)")
        #expect(try await !browser.get(quiet.url("BLUE") + "/metrics").text.contains("route="))

        await busy.stop()
        await quiet.stop()
        for rehearsal in [busy, quiet] {
            #expect(!FileManager.default.fileExists(atPath: rehearsal.variables["REHEARSAL_FOLDER"] ?? "/"))
        }
    }

    @Test("what a synthetic journey makes is marked, cancelled and removed, and nobody else's data can be")
    func synthetic() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let door = rehearsal.url("DOOR")
            func id(_ response: Wire.HTTPResponse) throws -> String {
                try JSONDecoder().decode([String: String].self, from: Data(response.body))["id"] ?? ""
            }
            func counted() async throws -> [Substring] {
                try await browser.get(rehearsal.url("BLUE") + "/metrics").text.split(separator: "\n").filter { line in
                    ["payments_total", "bookings_total", "http_requests_total"].contains { line.hasPrefix($0) }
                }
            }
            let customer = try await browser.post(door + "/register", "email=ana@example.com.ar&province=AR-C")
            let before = try await counted()
            let user = try await browser.post(
                door + "/register", "email=guardia@example.com.ar&province=AR-C", isSynthetic: true)
            let session = try #require(user.headers["Set-Cookie"]?.split(separator: ";").first.map(String.init))
            let booking = try await browser.post(
                door + "/bookings", "province=AR-C&provider=3&service=2", cookie: session, isSynthetic: true)
            let paid = try await browser.post(
                door + "/payments", "booking=\(id(booking))&cardholder=APRO", isSynthetic: true)
            #expect(paid.text.contains("approved"))
            let cancelled = try await browser.post(door + "/bookings/\(id(booking))/cancel", "", isSynthetic: true)
            #expect(cancelled.text.contains("cancelled"))
            #expect(try await counted() == before, "it counts nowhere")
            #expect(try await browser.post(door + "/bookings/\(id(booking))/cancel", "").status == 409)
            #expect(try await browser.delete(door + "/users/\(id(customer))").status == 404)
            #expect(try await browser.delete(door + "/users/\(id(user))").status == 200)
            #expect(try await browser.delete(door + "/users/\(id(user))").status == 404)
            // A vantage point asks for real, and tells it as a blackbox exporter does.
            let probe = rehearsal.url("TRAFFIC") + "/vantage/AR-V/probe?module=http_2xx&target="
            let seen = try await browser.get(probe + door + "/static/seen-from-afar.js").text
            #expect(seen.contains("probe_success 1.0"))
            #expect(seen.contains("probe_http_duration_seconds{phase=\"processing\"}"))
            #expect(try await browser.get(probe + "http://example.com/").status == 400)
        }
    }

    @Test("a booking is made, paid and confirmed through the door, and the database knows")
    func booking() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let door = rehearsal.url("DOOR")
            let user = try await browser.post(door + "/register", "email=ana@example.com.ar&province=AR-X")
            #expect(user.status == 201)
            let session = try #require(user.headers["Set-Cookie"]?.split(separator: ";").first.map(String.init))
            #expect(try await browser.get(door + "/search?province=AR-X").text.contains("Barbería AR-X"))
            let order = "province=AR-X&provider=3&service=2"
            #expect(try await browser.post(door + "/bookings", order).status == 401)
            let booking = try await browser.post(door + "/bookings", order, cookie: session)
            #expect(booking.status == 201)
            let id = try JSONDecoder().decode([String: String].self, from: Data(booking.body))["id"] ?? ""

            #expect(try await browser.post(door + "/bookings/\(id)/confirm", "").status == 409)
            let declined = try await browser.post(door + "/payments", "booking=\(id)&cardholder=FUND")
            #expect(declined.text.contains("cc_rejected_insufficient_amount"))
            try await rehearsal.perform(.fault(.gateway, ["error_rate": "1"]))
            #expect(try await browser.post(door + "/payments", "booking=\(id)&cardholder=APRO").status == 502)
            try await rehearsal.perform(.mend(.gateway))
            #expect(
                try await browser.post(door + "/payments", "booking=\(id)&cardholder=APRO").text.contains("approved"))
            #expect(try await browser.post(door + "/payments", "booking=\(id)&cardholder=APRO").status == 409)
            #expect(try await browser.post(door + "/bookings/\(id)/confirm", "").status == 200)

            let row = try await browser.database(rehearsal).query(
                """
                SELECT b.status, b.confirmed_at IS NOT NULL,
                       (SELECT string_agg(p.status || ' ' || p.status_detail, ', ' ORDER BY p.id)
                        FROM payments p WHERE p.booking_id = b.id)
                FROM bookings b WHERE b.id = $1
                """, [id], deadline: .seconds(5))
            #expect(row[0, 0] == "confirmed")
            #expect(row[0, 1] == "t")
            #expect(
                row[0, 2] == "rejected cc_rejected_insufficient_amount, pending gateway_error, approved accredited")
            let metrics = try await browser.get(rehearsal.url("BLUE") + "/metrics").text
            #expect(metrics.contains("bookings_total{result=\"confirmed\"} 1"))
            #expect(metrics.contains("payments_total{result=\"error\"} 1"))
        }
    }

    @Test("/healthz says which dependency is down, and when it is back")
    func health() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            // The gateway is not ours: without it we serve, degraded.
            let cases: [(Deed, Deed, String, Int, String)] = [
                (.hangDatabase, .wakeDatabase, "database", 503, "down"),
                (.fillRedis, .emptyRedis, "redis", 503, "down"),
                (.fault(.gateway, ["error_rate": "1"]), .mend(.gateway), "gateway", 200, "degraded"),
            ]
            for (harm, cure, name, code, status) in cases {
                try await rehearsal.perform(harm)
                #expect(
                    try await becomesTrue {
                        let answer = try await browser.get(rehearsal.url("BLUE") + "/healthz")
                        let health = try JSONDecoder().decode(Health.self, from: Data(answer.body))
                        return answer.status == code && health.status == status
                            && health.checks.filter { $0.value.status == "down" }.map(\.key) == [name]
                    }, "\(name)")
                try await rehearsal.perform(cure)
                #expect(
                    try await becomesTrue {
                        try await browser.get(rehearsal.url("BLUE") + "/healthz").text.contains(
                            #""status":"ok","version""#)
                    })
            }
        }
    }

    @Test("switching under load loses no request, and moves all traffic with the next one")
    func switchUnderLoad() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let door = rehearsal.url("DOOR")
            let answers = try await withThrowingTaskGroup { group in
                for client in 0..<8 {
                    group.addTask {
                        var answers: [String: Int] = [:]
                        for _ in 0..<50 {
                            let answer = try await browser.get(door + "/version", cookie: "client=\(client)")
                            answers["\(answer.status) \(answer.headers["X-Colour"] ?? "")", default: 0] += 1
                        }
                        return answers
                    }
                }
                for turn in 0..<40 {
                    let colour = turn.isMultiple(of: 2) ? "green" : "blue"
                    try await rehearsal.edge.open(Split(all: colour))
                    #expect(try await browser.get(door + "/version").headers["X-Colour"] == colour)
                }
                return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            }
            #expect(answers.values.reduce(0, +) == 400)
            #expect(Set(answers.keys).isSubset(of: ["200 blue", "200 green"]))

            try await rehearsal.edge.open(Split(live: "blue", canary: "green", share: 50))
            var colours: [String: Int] = [:]
            for client in 0..<100 {
                let first =
                    try await browser.get(door + "/version", cookie: "client=\(client)").headers["X-Colour"] ?? ""
                let second =
                    try await browser.get(door + "/version", cookie: "client=\(client)").headers["X-Colour"] ?? ""
                #expect(first == second, "a client keeps its colour")
                colours[first, default: 0] += 1
            }
            // Half of 100, give or take five standard deviations; the keys are the same in every run.
            #expect(abs((colours["green"] ?? 0) - 50) < 25)
        }
    }

    @Test("the door names split and colour, and says when it is broken")
    func doorProof() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let url = rehearsal.url("DOOR") + "/__guardia"
            let proof = try await browser.get(url).text
            #expect(proof.hasPrefix("door=open split=\(rehearsal.door.folder)/splits/blue "))
            #expect(proof.hasSuffix("colour=blue config=\(rehearsal.edge.digest)\n"))
            #expect(try await browser.get(rehearsal.url("DOOR") + "/__status").text.hasPrefix("Active connections:"))

            unlink("\(rehearsal.door.folder)/current")
            let broken = try await browser.get(url)
            #expect(broken.status == 200)
            #expect(broken.text.hasPrefix("door=DOOR BROKEN split="))
            #expect(broken.text.hasSuffix("colour=any config=\(rehearsal.edge.digest)\n"))
            #expect(try await browser.get(rehearsal.url("DOOR") + "/version").status == 200)
        }
    }

    @Test("the CDN's stand-in says whether it had the file")
    func cache() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let url = rehearsal.url("DOOR") + "/static/app.js"
            #expect(try await browser.get(url).headers["X-Cache-Status"] == "MISS")
            #expect(try await browser.get(url).headers["X-Cache-Status"] == "HIT")
        }
    }

    @Test("a bad deploy: released on the idle colour, promoted, failing, rolled back")
    func badDeploy() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let door = rehearsal.url("DOOR")
            try await rehearsal.perform(.release(colour: "green", version: "v1.5.0"))
            #expect(try await browser.get(door + "/version").headers["X-Version"] == "v1.4.0")
            try await rehearsal.perform(.shift(Split(all: "green")))
            #expect(try await browser.get(door + "/version").headers["X-Version"] == "v1.5.0")
            try await rehearsal.perform(.fault(.green, ["error_rate": "1"]))
            #expect(try await browser.get(door + "/search?province=AR-B").status == 500)
            try await rehearsal.perform(.shift(Split(all: "blue")))
            #expect(try await browser.get(door + "/search?province=AR-B").status == 200)
        }
    }

    @Test("barberpro release gives a colour another version, which misbehaves as its name says")
    func releases() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            func release(_ colour: String, _ version: String) async throws -> CommandResult {
                let words = [
                    rehearsal.variables["BARBERPRO"] ?? "", "release", "--folder",
                    rehearsal.variables["REHEARSAL_FOLDER"] ?? "", "--colour", colour, "--version=\(version)",
                ]
                return try await Command.run(words, deadline: .seconds(30))
            }
            let green = rehearsal.url("GREEN")
            let good = try await release("green", "v1.5.0")
            #expect(good.isSuccess && good.standardOutput.text.hasSuffix("green runs v1.5.0\n"))
            #expect(try await browser.get(green + "/version").headers["X-Version"] == "v1.5.0")
            #expect(try await browser.get(rehearsal.url("DOOR") + "/version").headers["X-Version"] == "v1.4.0")

            #expect(try await release("green", "v1.5.1-bad").isSuccess)
            var failures = 0
            for _ in 0..<100 where try await browser.get(green + "/search?province=AR-B").status == 500 {
                failures += 1
            }
            // One in five: five standard deviations.
            #expect((1...40).contains(failures), "\(failures)")
            #expect(try await browser.get(green + "/healthz").status == 200)

            #expect(try await release("green", "v1.5.2-wrong").isSuccess)
            #expect(try await browser.get(green + "/version").headers["X-Version"] == "v0.0.0")
            #expect(try await release("green", "v1.5.3-dead").isSuccess)
            let dead = try await rehearsal.edge.helperVersion(within: .seconds(5))  // the edge is well
            #expect(dead == EdgeHelper.version)
            await #expect(throws: EdgeError.self) {
                try await rehearsal.edge.ask(
                    EdgeQuestion(.colour("green"), path: "/version"), within: .milliseconds(300))
            }
            #expect(try await release("red", "v1").ending == .exited(status: 1))
            #expect(try await release("green", "v 1").isSuccess == false)
            #expect(try await release("green", "v1.3.9").isSuccess)
            #expect(try await browser.get(green + "/version").headers["X-Version"] == "v1.3.9")
        }
    }

    @Test("the duration that counts is the customer's, by their province")
    func provinceLatency() async throws {
        try await withRehearsal { rehearsal, browser async throws in
            let url = rehearsal.url("BLUE")
            _ = try await browser.get(
                url + "/search?province=AR-V",
                headers: [.init("X-Province", "AR-V"), .init("X-Client-RTT-ms", "600")])
            let metrics = try await browser.get(url + "/metrics").text
            #expect(metrics.contains("http_request_duration_seconds_bucket{province=\"AR-V\",le=\"0.5\"} 0"))
            #expect(metrics.contains("http_request_duration_seconds_count{province=\"AR-V\"} 1"))
        }
    }
}

extension Rehearsal {
    fileprivate nonisolated func url(_ name: String) -> String { variables["\(name)_URL"] ?? "" }
}

/// One rehearsal without customers for all tests that follow each other; its warden ends it with the process.
private let shared = Task { try await Rehearsal.start(.init(bookings: 0, rate: 0)) }

/// Runs a test in the shared rehearsal, and puts that right again.
private func withRehearsal(_ body: (Rehearsal, Browser) async throws -> Void) async throws {
    let rehearsal = try await shared.value
    // A test before may have broken the door.
    if try await rehearsal.edge.status(within: .seconds(5)).split == nil {
        _ = try await Command.run(
            [rehearsal.door.helper, "--door", rehearsal.door.folder, "init", "blue"], deadline: .seconds(10))
    }
    try await rehearsal.edge.open(Split(all: "blue"))
    for part in Deed.Part.allCases { try await rehearsal.perform(.mend(part)) }
    try await body(rehearsal, Browser())
}

/// A client of BarberPro.
private struct Browser: Sendable {
    private let reactor: Reactor
    private let http: Wire.HTTPClient

    init() throws {
        reactor = try Reactor()
        http = Wire.HTTPClient(on: reactor)
    }

    func get(_ url: String, headers: [Wire.HTTPRequest.Header] = [], cookie: String? = nil) async throws
        -> Wire.HTTPResponse
    {
        try await http.send(
            Wire.HTTPRequest(url, headers: headers + (cookie.map { [.init("Cookie", $0)] } ?? [])),
            deadline: .seconds(10))
    }

    func delete(_ url: String) async throws -> Wire.HTTPResponse {
        try await http.send(Wire.HTTPRequest(url, method: "DELETE"), deadline: .seconds(10))
    }

    func post(
        _ url: String, _ form: String, cookie: String? = nil, isSynthetic: Bool = false
    ) async throws -> Wire.HTTPResponse {
        let headers =
            [Wire.HTTPRequest.Header("Content-Type", "application/x-www-form-urlencoded")]
            + (isSynthetic ? [.init("X-Synthetic", "test")] : [])
        return try await http.send(
            Wire.HTTPRequest(
                url, method: "POST", headers: headers + (cookie.map { [.init("Cookie", $0)] } ?? []),
                body: Array(form.utf8)),
            deadline: .seconds(10))
    }

    func database(_ rehearsal: Rehearsal) -> PostgresClient {
        PostgresClient(
            PostgresSettings([
                "host": rehearsal.postgres.socketFolder, "port": "\(rehearsal.postgres.port)", "user": "guardia",
                "dbname": "barberpro",
            ]), on: reactor)
    }
}
