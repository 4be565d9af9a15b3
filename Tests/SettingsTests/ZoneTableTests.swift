import Launch
import Settings
import Testing

@Suite("Zone tables from tzdata")
struct ZoneTableTests {
    @Test("Argentina has had one offset since 2009")
    func buenosAires() throws {
        let zone = try ZoneTable.make(
            name: "America/Argentina/Buenos_Aires", abbreviation: "ART", around: Timestamp(seconds: 1_773_057_600))
        #expect(zone.transitions == [])
        #expect(zone.baseOffset == -10_800)
        #expect(zone.abbreviation == "ART")
    }

    @Test("a zone with summer time changes at the second")
    func madrid() throws {
        let zone = try ZoneTable.make(
            name: "Europe/Madrid", abbreviation: "CET", around: Timestamp(seconds: 1_773_057_600), years: 1)
        // 2026-03-29 01:00 UTC
        #expect(zone.transitions.contains(Zone.Transition(since: 1_774_746_000, offset: 7200)))
        #expect(zone.transitions.count == 4)
        #expect(zone.offset(at: Timestamp(seconds: 1_774_745_999)) == 3600)
    }

    @Test("an unknown name is refused with the nearest", arguments: ["America/Argentina/Buenos_Aries", "ART", "GMT-3"])
    func unknown(_ name: String) throws {
        let misfit = #expect(throws: Misfit.self) {
            try ZoneTable.make(name: name, abbreviation: "ART", around: Timestamp(seconds: 0))
        }
        #expect(misfit?.hint != nil)
    }
}
