import Launch
import Testing

@Suite("The roll-call")
struct RollCallTests {
    @Test(
        arguments: [
            ("GO 4821", true, "4821"), ("go4821", true, "4821"), ("Go! 4821.", true, "4821"),
            ("NO GO 4821 on a train", false, "4821"),
            ("no-go 4821", false, "4821"), ("NOGO 4821", false, "4821"), ("listo 4821", true, "4821"),
            ("go? no, 4821", false, "4821"), ("GO", true, nil),
        ] as [(String, Bool, String?)])
    func anAnswerIsRead(text: String, isGo: Bool, code: String?) throws {
        let reply = try #require(RollCallReply(text))
        #expect(reply.isGo == isGo && reply.code == code)
    }

    @Test(arguments: ["", "ACK 4821", "4821", "hello", "💈", "let's go 4821"])
    func whatIsNoAnswerIsNone(text: String) { #expect(RollCallReply(text) == nil) }

    private func log(answers: [(String, Bool)] = []) -> RollCallLog {
        var log = ReadinessLog()
        log.take(.asked(.init(id: "r1", by: "ana", people: ["ana", "beto"], until: moment(100).utc)), at: moment(0))
        for (who, isGo) in answers {
            log.take(.answered(.init(id: "r1", who: who, isGo: isGo, way: "sms")), at: moment(1))
        }
        return log.rollCall
    }

    private func judge(_ text: String, from contact: String?, at seconds: Double = 1, in log: RollCallLog? = nil)
        -> RollCallReply.Judgement
    {
        RollCallReply.judge(
            Reply(way: .sms, reference: "SM1", sender: "+54", text: text), from: contact, in: log ?? self.log(),
            at: moment(seconds), code: { $1 == "ana" ? "1111" : "2222" })
    }

    @Test func theCodeIsEverybodysOwn() {
        guard case .answers(let answer) = judge("GO 1111", from: "ana") else { return #expect(Bool(false), "refused") }
        #expect(answer.who == "ana" && answer.isGo && answer.reference == "SM1")
        #expect(judge("GO 2222", from: "ana") == .refused(reason: "the code 2222 is not the one that ana was sent"))
        #expect(judge("GO", from: "ana") == .refused(reason: "ana gave no code: the message says GO and four digits"))
        #expect(judge("GO 1111", from: nil) == .refused(reason: "it came from nobody who was asked"))
        #expect(judge("GO 1111", from: "carla") == .refused(reason: "it came from nobody who was asked"))
        #expect(judge("GO 1111", from: "ana", at: 100) == .refused(reason: "the roll-call is over"))
        #expect(judge("ACK 1111", from: "ana") == .nothing)
    }

    private func judge(
        thread: String, _ text: String, isReaction: Bool = false, in log: RollCallLog? = nil
    ) -> RollCallReply.Judgement {
        RollCallReply.judge(
            Reply(
                way: .slack, reference: "C1/2/\(text)", sender: "UANA", text: text, escalation: EscalationID(thread),
                isAcknowledgement: isReaction), from: "ana", in: log ?? self.log(), at: moment(1),
            code: { $1 == "ana" ? "1111" : "2222" })
    }

    @Test(arguments: [
        (":+1:", true), (":white_check_mark:", true), (":raised_hand::skin-tone-3:", true), (":-1:", false),
        (":x:", false),
    ])
    func aReactionToTheCallAnswersIt(reaction: String, isGo: Bool) {
        guard case .answers(let answer) = judge(thread: "r1", reaction, isReaction: true) else {
            return #expect(Bool(false), "not taken")
        }
        #expect(answer.who == "ana" && answer.isGo == isGo && answer.way == "slack")
    }

    @Test(arguments: [":eyes:", ":tada:", ""])
    func aReactionThatSaysNeitherIsNoAnswer(reaction: String) {
        #expect(judge(thread: "r1", reaction, isReaction: true) == .nothing)
    }

    @Test func inTheThreadOfAnAlertGoIsSaidOfTheAlert() {
        if case .answers = judge(thread: "r1", "go") {
        } else {
            #expect(Bool(false), "in its own thread it needs no code")
        }
        #expect(judge(thread: "esc-7", "go on, I restart it") == .nothing)
        #expect(judge(thread: "esc-7", ":+1:", isReaction: true) == .nothing, "that is to have the alert")
        if case .answers = judge(thread: "esc-7", "GO 1111") {
        } else {
            #expect(Bool(false), "its code says what it is to")
        }
    }

    @Test func anAnswerHoldsForItsTimeAndSilenceIsNoYes() {
        let log = log(answers: [("ana", true)])
        #expect(log.standing(of: "beto", lasts: .hours(1), at: moment(50)) == .waiting)
        #expect(log.standing(of: "beto", lasts: .hours(1), at: moment(100)) == .silent)
        if case .go = log.standing(of: "ana", lasts: .hours(1), at: moment(3600)) {} else { #expect(Bool(false)) }
        if case .lapsed = log.standing(of: "ana", lasts: .hours(1), at: moment(3602)) {} else { #expect(Bool(false)) }
        #expect(log.standing(of: "carla", lasts: .hours(1), at: moment(1)) == .notAsked)
    }

    @Test func aNewCallVoidsTheAnswersOfTheOneBefore() {
        var log = ReadinessLog()
        log.take(.asked(.init(id: "r1", by: "ana", people: ["ana"], until: moment(100).utc)), at: moment(0))
        log.take(.answered(.init(id: "r1", who: "ana", isGo: true, way: "sms")), at: moment(1))
        log.take(.asked(.init(id: "r2", by: "ana", people: ["ana"], until: moment(200).utc)), at: moment(2))
        log.take(.answered(.init(id: "r1", who: "ana", isGo: true, way: "sms")), at: moment(3))
        #expect(log.rollCall.standing(of: "ana", lasts: .hours(1), at: moment(4)) == .waiting)
    }
}
