import Testing

@testable import Rehearsal

@Suite("A template")
struct TemplateTests {
    @Test("its variables are filled in, and nothing else is touched")
    func fills() throws {
        #expect(try Template.fill("url: ${A}/x, ${B}${A}", ["A": "1", "B": "2"]) == "url: 1/x, 21")
        #expect(try Template.fill("$5 ${ $A", ["A": "1"]) == "$5 ${ $A")
    }

    @Test("an unknown variable is refused with the known ones")
    func unknown() {
        #expect(throws: RehearsalError.unknownVariable("DOOR_ULR", known: ["DOOR_URL"])) {
            try Template.fill("${DOOR_ULR}", ["DOOR_URL": "http://127.0.0.1"])
        }
    }
}
