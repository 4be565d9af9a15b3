import Launch
import Testing

struct EngineSilenceTests {
    @Test func anEngineThatBeatsIsNotSilent() {
        #expect(EngineSilence(Heartbeat(at: moment(0)), at: moment(5)) == nil)
    }

    @Test func aSilentEngineIsSilentSinceItsLastBeat() throws {
        let last = moment(0)
        let silence = try #require(EngineSilence(Heartbeat(at: last), at: moment(60)))
        #expect(silence.since == last)
        let at = Zone.utc.civil(last.utc)
        let words = silence.words(in: .utc)
        #expect(words.hasPrefix("the engine is silent since \(at.year)-") && words.hasSuffix(" UTC"), "\(words)")
    }

    @Test func anEngineThatWasNeverHeardIsSilentToo() throws {
        let silence = try #require(EngineSilence(nil, at: moment(0)))
        #expect(silence.since == nil)
        #expect(silence.words(in: .utc).contains("never heard"))
    }
}
