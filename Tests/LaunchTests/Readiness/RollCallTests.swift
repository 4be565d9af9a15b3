import Launch
import Testing

@Suite("The roll-call")
struct RollCallTests {
    @Test(arguments: [
        ("GO 4821", true, "4821"), ("go4821", true, "4821"), ("Go! 4821.", true, "4821"), ("NO GO 4821 on a train", false, "4821"),
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

    private func judge(_ text: String, from contact: String?, at seconds: Double = 1, in log: RollCallLog? = nil) -> RollCallReply.Judgement {
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
