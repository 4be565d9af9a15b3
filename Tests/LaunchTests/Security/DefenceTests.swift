import Launch
import Testing

/// What the trials of the defences mean, and what a gate makes of the whole posture.
@Suite struct DefenceTests {
    private let trials = DefenceTrial.all(HardeningPlan(), clean: "/version", mark: "canary-1")
    private let boot = BootID(rawValue: 1)

    private func trial(_ name: String) throws -> DefenceTrial { try #require(trials.first { $0.name == name }) }

    @Test func anAttackThatIsLetThroughIsCritical() throws {
        let attack = try trial("sql injection")
        #expect(attack.judge(403).verdict == .ok)
        #expect(attack.judge(200).verdict == .critical)
        #expect(attack.judge(404).verdict == .critical)
        #expect(attack.judge(200, isDetecting: true).verdict == .warning)
        // What was not looked at, or could not be answered, shows nothing.
        #expect(attack.judge(429).verdict == .unknown)
        #expect(attack.judge(502).verdict == .unknown)
    }

    @Test func anHonestRequestThatIsRefusedIsCritical() throws {
        let clean = try trial("clean text")
        #expect(clean.judge(200).verdict == .ok)
        #expect(clean.judge(403).verdict == .critical)
        #expect(clean.judge(500).verdict == .critical)
    }

    @Test func withoutAFirewallNoAttackIsTried() {
        let names = DefenceTrial.all(HardeningPlan(waf: nil), clean: "/", mark: "m").map(\.name)
        #expect(names == ["clean", "method", "identity number in a URL"])
    }

    @Test func aBurstIsLongEnoughToMeetItsLimit() throws {
        let api = try #require(LimitTrial.all(HardeningPlan()).first { $0.name == "api" })
        #expect(api.needed(in: 0) == 22)
        #expect(api.needed(in: 1) == 32)
        #expect(api.judge(sent: 22, refused: true, seconds: 0.1).verdict == .ok)
        #expect(api.judge(sent: 40, refused: false, seconds: 1).verdict == .critical)
        // Over a slow line nothing can be said.
        #expect(api.judge(sent: 30, refused: false, seconds: 4).verdict == .unknown)
        #expect(api.path(3) == "/guardia-canary-3")
        let uri = try #require(LimitTrial.all(HardeningPlan()).first { $0.name == "uri" })
        #expect(uri.path(1) == uri.path(2))
    }

    @Test func theTimeOfALineIsReadWithItsZone() throws {
        func at(_ time: String) -> Int64? {
            EdgeRequest(["ts": time, "ip": "10.0.0.1", "status": "403"])?.at.seconds
        }
        #expect(at("2026-11-27T09:06:54+00:00") == 1_795_770_414)
        #expect(at("2026-11-27T06:06:54-03:00") == 1_795_770_414)
        #expect(at("2024-02-29T00:00:00+00:00") == 1_709_164_800)
        for bad in ["", "2026-11-27", "2026-13-27T09:06:54+00:00", "2026-11-27T09:06:54Z", "xxxx-11-27T09:06:54+00:00"]
        {
            #expect(at(bad) == nil, "\(bad)")
        }
    }

    // MARK: The gate

    private func moment(_ minutes: Int64) -> Moment {
        Moment(utc: Timestamp(seconds: minutes * 60), uptime: Milliseconds.minutes(minutes), boot: boot)
    }

    private func posture(_ checks: [SecurityCheck]) -> SecurityPosture {
        var posture = SecurityPosture()
        for check in checks { posture.take(.checked(check), at: moment(10)) }
        return posture
    }

    private func check(_ station: String, _ verdict: Verdict, _ text: String = "as it should be") -> SecurityCheck {
        SecurityCheck(station: station, summary: text, items: [.init("edge-1", verdict, text)], every: .minutes(5))
    }

    @Test func aGateIsAsGoodAsTheWorstStation() {
        let gate = posture([
            check("tls", .ok), check("defence", .critical, "let through"), check("scan", .warning, "1 high"),
        ])
        .gate(at: moment(12))
        #expect(gate.verdict == .critical)
        #expect(gate.age == .minutes(2))
        #expect(gate.reasons == ["defence: edge-1: let through", "scan: edge-1: 1 high"])
    }

    @Test func whatWasNeverLookedAtOrIsTooOldIsUnknown() {
        #expect(SecurityPosture().gate(at: moment(1)).verdict == .unknown)
        let posture = posture([check("tls", .ok)])
        #expect(posture.gate(at: moment(12)).verdict == .ok)
        let missing = posture.gate(at: moment(12), expecting: ["tls", "defence"])
        #expect(missing.verdict == .unknown)
        #expect(missing.reasons == ["defence: was never looked at"])
        let old = posture.gate(at: moment(60))
        #expect(old.verdict == .unknown)
        #expect(old.reasons == ["tls: the evidence is too old"])
    }

    @Test func aPlanNamesItsStations() {
        let plan = SecurityPlan(defences: DefencePlan(bans: [BanWatch(name: "edge-1")]))
        #expect(plan.stations == ["defence", "refused", "bans", "audit"])
    }
}
