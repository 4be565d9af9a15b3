import FoundationEssentials
import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

/// Journeys through a shop that nginx plays: it wants its cookie, and notes who came to clean.
@Suite struct JourneyProberTests {
    private let shop = """
        location = /register {
            if ($http_x_synthetic = "") { return 403; }
            if ($request_method != POST) { return 405; }
            add_header Set-Cookie "session=abc; Path=/; HttpOnly";
            add_header Set-Cookie "old=1; Max-Age=0";
            return 201 '{"id": "42"}';
        }
        location = /search {
            if ($http_cookie != "session=abc") { return 401; }
            add_header X-Offer 7;
            return 200 'the best is <b>no. 19</b>, says q=$arg_q';
        }
        location = /book { if ($arg_offer != "7") { return 400; } return 200 '{"status": "booked", "nr": $arg_nr}'; }
        location = /broken { return 502; }
        """

    private let steps = [
        JourneyStep(
            name: "register", method: "POST", path: "/register",
            body: .form([JourneyStep.Field(name: "email", value: "g+{run}@example.com")]), expectedStatuses: 201...201,
            takes: ["user": .json("/id")]),
        JourneyStep(
            name: "search", path: "/search?q={user}", assertions: [.contains("q=42")],
            takes: ["offer": .header("X-Offer"), "nr": .pattern("no\\. ([0-9]+)")]),
        JourneyStep(
            name: "book", path: "/book?offer={offer}&nr={nr}",
            assertions: [.json(pointer: "/status", equals: "booked"), .json(pointer: "/nr", equals: "19")]),
    ]

    private func journey(_ port: UInt16, _ steps: [JourneyStep], cleanup: [JourneyStep] = []) -> JourneyTarget {
        JourneyTarget(
            base: "http://127.0.0.1:\(port)/",
            plan: JourneyPlan(
                headers: [Header(name: JourneyPlan.mark, value: .plain("guardia"))], steps: steps, cleanup: cleanup))
    }

    /// A shop whose `/users/…` writes who came into a file.
    private func withShop(_ body: (ProbeLab, UInt16, String) async throws -> Void) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let nginx = try await NginxServer.start(in: folder) { port, folder in
                "log_format cleaned '$request_method $uri'; server { listen 127.0.0.1:\(port); \(shop)\n"
                    + "location /users/ { access_log \(folder)/cleaned.log cleaned; return 204; } }"
            }
            let log = nginx.configurationFile.split(separator: "/").dropLast().joined(separator: "/")
            try await body(lab, nginx.port, "/\(log)/cleaned.log")
        }
    }

    private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    @Test("each step is timed, takes what it needs from those before it, and keeps its cookies")
    func walksToTheEnd() async throws {
        try await withShop { lab, port, log async throws in
            let clean = [JourneyStep(name: "clean", method: "DELETE", path: "/users/{user}")]
            let prober = JourneyProber(journey(port, steps, cleanup: clean), in: lab.context)
            for round in 1...2 {
                let found = try await prober.measurements()
                #expect(found["up"] == nil, "\(found)")
                #expect(found["passed"] == .number(3))
                let times = ["register", "search", "book"].compactMap { found["step.\($0)"].number }
                #expect(times.count == 3)
                #expect(abs((found["total"].number ?? 0) - times.reduce(0, +)) < 1e-6)
                #expect(found["cleanup"] == .number(0))
                var cleaned = ""
                let end = ContinuousClock.now + .seconds(10)
                // nginx writes its log after it has answered.
                repeat { cleaned = text(log) } while cleaned.split(separator: "\n").count < round && .now < end
                #expect(cleaned == String(repeating: "DELETE /users/42\n", count: round))
            }
            let probe = Probe(
                name: "j", interval: .minutes(1), deadline: .seconds(20),
                target: .journey(journey(port, steps, cleanup: clean)))
            #expect(
                probe.measures.map(\.name) == [
                    "up", "total", "passed", "step.register", "step.search", "step.book", "cleanup",
                ])
        }
    }

    @Test("a step that fails ends the journey with its name and its reason, and the cleanup comes all the same")
    func aFailedStep() async throws {
        try await withShop { lab, port, log async throws in
            var broken = steps
            broken[2].path = "/broken"
            broken.append(JourneyStep(name: "pay", path: "/book?offer=7&nr=1"))
            let clean = [
                JourneyStep(name: "clean", method: "DELETE", path: "/users/{user}"),
                JourneyStep(name: "receipt", method: "DELETE", path: "/users/{receipt}"),
            ]
            let found = try await JourneyProber(journey(port, broken, cleanup: clean), in: lab.context).measurements()
            #expect(found["up"] == .missed("book: status 502"))
            #expect(found["total"] == .missed("book: status 502"))
            #expect(found["passed"] == .number(2))
            #expect(found["step.search"].number != nil)
            #expect(found["step.book"] == .missed("book: status 502"))
            #expect(found["step.pay"] == .missed("book: status 502"))
            #expect(found["cleanup"] == .number(0), "there is no receipt to remove")
            var cleaned = ""
            let end = ContinuousClock.now + .seconds(10)
            repeat { cleaned = text(log) } while cleaned.isEmpty && .now < end
            #expect(cleaned == "DELETE /users/42\n")
        }
    }

    @Test(
        "an answer without what a step takes says so",
        arguments: [
            (JourneyStep.Take.json("/nothing"), "register: the JSON has nothing at /nothing"),
            (.header("X-None"), "register: the answer has no header X-None"),
            (.pattern("no such thing"), "register: nothing in the body matches no such thing"),
        ])
    func nothingToTake(take: JourneyStep.Take, reason: String) async throws {
        try await withShop { lab, port, _ async throws in
            var lost = [steps[0]]
            lost[0].takes = ["x": take]
            let found = try await JourneyProber(journey(port, lost), in: lab.context).measurements()
            #expect(found["up"] == .missed(reason))
        }
    }

    @Test("a cleanup that fails is a warning of its own, not a failure of the journey")
    func aFailedCleanup() async throws {
        try await withShop { lab, port, _ async throws in
            let found = try await JourneyProber(
                journey(port, steps, cleanup: [JourneyStep(name: "clean", path: "/broken")]), in: lab.context
            ).measurements()
            #expect(found["up"] == nil)
            #expect(found["cleanup"] == .number(Double(Verdict.warning.nagiosCode)))
        }
    }

    @Test func aServerThatHangsEndsByTheDeadline() async throws {
        let lab = try ProbeLab()
        try await withNginx(shop) { nginx async throws in
            let prober = JourneyProber(journey(nginx.port, steps), in: lab.context)
            #expect(try await prober.measurements()["up"] == nil)
            try await nginx.pause()
            let found = try await prober.measurements(deadline: .milliseconds(400))
            #expect(found["up"].reason?.hasPrefix("register: ") == true, "\(found)")
            try await nginx.resume()
        }
    }

    @Test func whatWasExtractedBeginsNoHeaderAndNoPath() {
        let path = JourneyText("/users/{id}?x={id}")
        #expect(path.filled(["id": "a/b?c&d"], encode: \.percentEncoded) == "/users/a%2Fb%3Fc%26d?x=a%2Fb%3Fc%26d")
        #expect(path.filled([:]) == nil)
        #expect(JourneyText(#"{"a": {"b": "{id}"}}"#).filled(["id": "7"]) == #"{"a": {"b": "7"}}"#)
    }
}
