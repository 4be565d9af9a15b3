import Launch
import Testing

struct RuleTextTests {
    @Test func valuesAreWrittenAsPromtoolHasThem() throws {
        #expect(try SeriesNotation.values("1 2x2 _ 0+10x3") == [1, 2, 2, 2, nil, 0, 10, 20, 30])
        #expect(try SeriesNotation.values("100-5x2 _x3 -1") == [100, 95, 90, nil, nil, nil, -1])
        for text in ["x", "1xa", "one", "1+x2"] {
            #expect(throws: SeriesNotation.Malformed.self) { try SeriesNotation.values(text) }
        }
    }

    @Test func matchersAreWrittenAsAmtoolHasThem() throws {
        #expect(try LabelMatcher("severity=\"critical\"") == LabelMatcher(name: "severity", value: "critical"))
        #expect(
            try LabelMatcher(" team !~ \"a|b\" ")
                == LabelMatcher(name: "team", value: "a|b", isRegex: true, isEqual: false))
        #expect(try LabelMatcher("a=say \\n").value == "say \\n")
        let spoken = LabelMatcher(name: "a", value: "quote \" and \\")
        #expect(try LabelMatcher(spoken.description) == spoken)
        for text in ["", "=x", "1a=x", "a~x", "a=\"x", "a=~\"(\""] {
            #expect(throws: LabelMatcher.Malformed.self) { try LabelMatcher(text) }
        }
    }
}
