import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

/// What is read of Slack's threads, from a server that answers as conversations.replies does.
@Suite("Replies by Slack", .serialized, .timeLimit(.minutes(1)))
struct SlackRepliesTests {
    /// The message that asked, with two reactions; a reply in its thread; one of the bot's own; one that is older.
    private static let thread = """
        {"ok":true,"messages":[\
        {"ts":"1773320401.000100","bot_id":"B1","text":"Do you stand by? GO 1111","reactions":[\
        {"name":"+1","users":["UANA"],"count":1},{"name":"eyes","users":["UBETO"],"count":1},{"name":"x","users":["UCARLA"],"count":1}]},\
        {"ts":"1773320430.000200","user":"UBETO","text":"no go, on a train"},\
        {"ts":"1773320431.000300","user":"U0","bot_id":"B1","text":"go"},\
        {"ts":"1773320100.000100","user":"UBETO","text":"go"}]}
        """

    private func replies(to chain: EscalationChain, _ answer: String = thread) async throws -> [Reply] {
        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let context = ReplyContext(client: HTTPClient(on: reactor)) { _ in "xoxb-1" }
        nonisolated(unsafe) var found: [Reply] = []
        try await withNginx(
            "location /api/conversations.replies { default_type application/json; return 200 '\(answer)'; }"
        ) { server in
            let plan = SlackPlan(url: "http://127.0.0.1:\(server.port)", token: .environment("TOKEN"))
            found = try await SlackReplies(plan, channel: "slack", users: ["slack"], in: context).replies(to: [chain])
        }
        return found
    }

    private let clock = ManualClock()

    private var rollCall: EscalationChain {
        EscalationChain(
            ofRollCall: .init(
                id: "rollcall-1", by: "ops", people: ["ana", "beto", "carla"], until: clock.now().utc + .minutes(30)),
            at: clock.now(), pages: [PageID("rollcall-1.ana.slack"): .taken(reference: "C1/1773320401.000100")])
    }

    @Test func aRollCallIsAnsweredByReplyAndByReaction() async throws {
        let replies = try await replies(to: rollCall)
        var log = ReadinessLog()
        log.take(
            .asked(
                .init(
                    id: "rollcall-1", by: "ops", people: ["ana", "beto", "carla"], until: clock.now().utc + .minutes(30)
                )),
            at: clock.now())
        let people = ["UANA": "ana", "UBETO": "beto", "UCARLA": "carla"]
        var answers: [String: Bool] = [:]
        for reply in replies {
            if case .answers(let answer) = RollCallReply.judge(
                reply, from: people[reply.sender], in: log.rollCall, at: clock.now(), code: { _, _ in "1111" })
            {
                answers[answer.who] = answer.isGo
            }
        }
        #expect(answers == ["ana": true, "beto": false, "carla": false])
        #expect(!replies.contains { $0.text.contains("eyes") }, "eyes are no yes")
    }

    @Test func aReactionToAnAlertTakesItAndAThumbDownDoesNot() async throws {
        let page = PageID("esc-1.1.slack")
        var course = EscalationCourse(roster: Roster(), zone: .utc)
        let id = EscalationID("esc-1")
        let story: [EscalationEvent] = [
            .started(
                .init(
                    escalation: id, policy: EscalationPolicy(name: "default", steps: []), alerts: [Fingerprint("ab")],
                    group: Labels(), severity: .critical, summary: "down")),
            .queued(.init(page: page, escalation: id, channel: "slack", contact: nil, purpose: .page, step: 0)),
            .attempted(.init(page: page, outcome: .sent(reference: "C1/1773320401.000100"))),
        ]
        for event in story { course.take(event, at: clock.now()) }
        let replies = try await replies(to: try #require(course.running.first))
        #expect(Set(replies.filter(\.isAcknowledgement).map(\.sender)) == ["UANA", "UBETO"])
    }

    @Test func anErrorOfSlacksIsSaidAndIsNoAnswer() async throws {
        await #expect(throws: (any Error).self) {
            _ = try await replies(to: rollCall, #"{"ok":false,"error":"missing_scope"}"#)
        }
    }
}
