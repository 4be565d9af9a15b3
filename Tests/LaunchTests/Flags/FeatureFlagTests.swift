import Launch
import Testing

struct RolloutTests {
    @Test(arguments: [
        ("25", 2500), ("25%", 2500), ("25 %", 2500), ("0", 0), ("100", 10_000), ("0.5", 50), ("12,25", 1225),
        ("007", 700),
    ])
    func sharesAreRead(text: String, basisPoints: Int) { #expect(Rollout(text)?.basisPoints == basisPoints) }

    @Test(arguments: [
        "101", "-1", "", "%", "1e2", "0x10", "25.123", "25.", ".5", "100.01", "٢٥", "1 000", "2 5", "25%%", "NaN",
        "1000",
    ])
    func whatIsNoShareIsRefused(text: String) { #expect(Rollout(text) == nil) }

    @Test func sharesAreWrittenAsTheyAreRead() {
        for basisPoints in 0...10_000 {
            let share = Rollout(basisPoints: basisPoints)
            #expect(share != nil && Rollout(share?.description ?? "") == share)
        }
        #expect(Rollout(basisPoints: 50)?.description == "0.5" && Rollout(basisPoints: 5)?.description == "0.05")
        #expect(Rollout(percent: 101) == nil && Rollout(percent: .max) == nil && Rollout(basisPoints: -1) == nil)
    }
}

struct FeatureFlagTests {
    private static let whole = FeatureFlag(
        name: "checkout-v2", rollout: Rollout(percent: 25)!, variants: [.init(name: "blue", weight: 1)], salt: "s",
        stickiness: .init("sessionId"), allowed: ["u1", "ü2"], algorithm: .flagd, version: 7,
        updatedBy: "ana maría@bastion", updatedAt: Timestamp(milliseconds: 1_764_214_800_123), change: "flag-set-1")

    private func fields(_ change: (inout [String: String]) -> Void = { _ in }) -> [String: String] {
        var fields = Dictionary(
            Self.whole.values.map { ($0.field, $0.value) }, uniquingKeysWith: { first, _ in first })
        change(&fields)
        return fields
    }

    @Test func whatIsWrittenIsReadBack() throws {
        #expect(try FeatureFlag(name: "checkout-v2", fields: fields()) == Self.whole)
        #expect(Self.whole.values.map(\.field) == FeatureFlag.fields)
        let plain = FeatureFlag(name: "f", isEnabled: false)
        let kept = Dictionary(plain.values.map { ($0.field, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(try FeatureFlag(name: "f", fields: kept) == plain)
    }

    @Test func aFlagByHandNeedsOnlyASwitchAndAShare() throws {
        let flag = try FeatureFlag(name: "f", fields: ["enabled": "true", "rollout": "5", "owner": "shop team"])
        #expect(flag == FeatureFlag(name: "f", rollout: Rollout(percent: 5)!))
    }

    @Test(arguments: [
        ("enabled", "", "it has no field 'enabled'"), ("enabled", "yes", "enabled 'yes': it is 1 or 0"),
        ("rollout", "101", "rollout '101': it is from 0 to 100, with at most two decimals"),
        ("rollout", "a lot", "rollout 'a lot': it is from 0 to 100, with at most two decimals"),
        ("algorithm", "dice", "algorithm 'dice': known are unleash, flagd, flagd-legacy"),
        ("version", "-3", "version '-3': it is a whole number"),
        ("variants", "blue", "variants 'blue': write them as name=weight, separated by commas"),
        ("variants", "a=1,a=2", "variants 'a=1,a=2': a is there twice"),
        ("variants", "a=0", "variants 'a=0': no variant has any weight"),
        ("salt", "a b", "salt 'a b': it has a space or a control character"),
        ("stickiness", "user id", "stickiness 'user id': a name has only letters, digits and . _ -"),
        ("allow", "ana \u{1b}[31mluis", "allow 'ana \u{1b}[31mluis': it has a space or a control character"),
    ])
    func whatIsWrongIsNamed(field: String, value: String, fault: String) {
        do throws(FlagFault) {
            _ = try FeatureFlag(name: "f", fields: fields { $0[field] = value })
            Issue.record("\(field) \(value) was taken")
        } catch {
            #expect(error.description == fault)
        }
    }

    @Test(arguments: ["", "a b", "a\u{1b}[31m", "-rf", "käse", String(repeating: "x", count: 65), "a/b", "a:b"])
    func whatIsNoNameIsRefused(name: String) {
        #expect(throws: FlagFault.self) { try FeatureFlag(name: name, fields: fields()) }
    }

    @Test func unleashKnowsNoFractionOfAPerCent() {
        let broken = fields {
            $0["algorithm"] = "unleash"
            $0["rollout"] = "12.5"
        }
        #expect(throws: FlagFault.self) { try FeatureFlag(name: "f", fields: broken) }
        #expect(FlagAlgorithm.flagd.trouble(with: Rollout("12.5")!) == nil)
    }

    @Test func whatIsSalvagedGivesNobodyAnything() {
        let flag = FeatureFlag(
            salvaging: fields {
                $0["rollout"] = "101"
                $0["variants"] = "?"
            }, name: "checkout-v2")
        #expect(flag.share == .none && flag.variants.isEmpty)
        #expect(flag.version == 7 && flag.allowed == ["u1", "ü2"] && flag.salt == "s")
    }

    @Test func outsideTextIsBounded() throws {
        let flag = try FeatureFlag(
            name: "f", fields: fields { $0["updated_by"] = String(repeating: "x", count: 1_000_000) })
        #expect(flag.updatedBy.count == 128)
        #expect(FlagGlance(flag).text.utf8.count < 4096)
    }
}

struct FlagGlanceTests {
    private let flag = FeatureFlag(
        name: "checkout-v2", rollout: Rollout(percent: 25)!, salt: "a%20=b", allowed: ["u1", "u2"], algorithm: .unleash,
        version: 7, updatedBy: "ana rollout=100 version=9\n@b", updatedAt: Timestamp(milliseconds: 5), change: "c")

    @Test func aGlanceIsReadBackAndNamesNoUser() throws {
        let glance = FlagGlance(flag)
        #expect(glance.allowCount == 2 && !glance.text.contains("u1"))
        #expect(try FlagGlance(name: "checkout-v2", text: glance.text) == glance)
    }

    @Test func aNameCannotPassForAField() throws {
        let glance = try FlagGlance(name: "checkout-v2", text: FlagGlance(flag).text)
        #expect(glance.flag.rollout.basisPoints == 2500 && glance.flag.version == 7)
        #expect(glance.flag.updatedBy == flag.updatedBy)
    }

    @Test(arguments: ["", "rollout=101 enabled=1", "enabled=1", "=", "%", "rollout=%zz enabled=1"])
    func aTextThatIsNoGlanceIsRefused(text: String) {
        #expect(throws: FlagFault.self) { try FlagGlance(name: "f", text: text) }
    }
}

struct FlagChangeTests {
    private func flag(_ percent: Int, on: Bool = true, _ change: (inout FeatureFlag) -> Void = { _ in }) -> FeatureFlag
    {
        var flag = FeatureFlag(name: "f", isEnabled: on, rollout: Rollout(percent: percent)!, version: 3)
        change(&flag)
        return flag
    }

    @Test func whoIsConcernedIsTheDifferenceOfTheShares() {
        #expect(FlagChange(from: flag(5), to: flag(25)).affected == 20)
        #expect(FlagChange(from: flag(42), to: flag(50)).affected == 8)
        #expect(FlagChange(from: flag(25), to: flag(25, on: false)).affected == 25)
        #expect(FlagChange(from: flag(25), to: flag(25, on: false)).delta == -2500)
        #expect(FlagChange(from: flag(25, on: false), to: flag(60, on: false)).affected == 0)
        #expect(FlagChange(from: nil, to: flag(5)).affected == 5)
    }

    @Test func anotherSaltDealsEverybodyAnew() {
        let change = FlagChange(from: flag(50), to: flag(50) { $0.salt = "x" })
        #expect(change.isReshuffled && change.affected == 50 && change.risk == .grave)
        // Nobody has it: nobody is dealt anew.
        #expect(!FlagChange(from: flag(50, on: false), to: flag(50, on: false) { $0.salt = "x" }).isReshuffled)
    }

    @Test func halfOfTheUsersIsGraveAndTheKillSwitchNever() {
        #expect(FlagChange(from: flag(5), to: flag(49)).risk == .routine)
        #expect(FlagChange(from: flag(5), to: flag(50)).risk == .grave)
        #expect(FlagChange(from: flag(60, on: false), to: flag(60)).risk == .grave)
        #expect(FlagChange(from: flag(100), to: flag(100, on: false)).risk == .routine)
        #expect(FlagChange(from: flag(100), to: flag(100, on: false)).kind == .flagOff)
        #expect(FlagChange(from: flag(100), to: flag(100) { $0.allowed = ["ana"] }).risk == .routine)
        let variants = [FlagVariant(name: "a", weight: 1)]
        #expect(FlagChange(from: flag(5), to: flag(5) { $0.variants = variants }).risk == .grave)
    }

    @Test func changesAreToldInWords() {
        #expect(FlagChange(from: flag(5), to: flag(25)).words == "5 % → 25 %")
        #expect(FlagChange(from: flag(25), to: flag(25, on: false)).words == "25 % → off")
        #expect(
            FlagChange(from: flag(25, on: false), to: flag(50, on: false)).words == "rollout when on: 25 % → 50 %")
        #expect(FlagChange(from: nil, to: flag(5)).words == "none → 5 %")
        #expect(
            FlagChange(from: flag(5) { $0.allowed = ["a", "b"] }, to: flag(5) { $0.allowed = ["b", "c", "d"] }).words
                == "allow-list +2, allow-list −1")
        #expect(FlagChange(from: flag(5), to: flag(5) { $0.version = 9 }).isEmpty)
    }

    @Test func editsChangeWhatTheyNameAndNothingElse() {
        let flag = flag(25, on: false) { $0.allowed = ["a"] }
        #expect(FlagEdit(isEnabled: true).applied(to: flag, name: "f").share.basisPoints == 2500)
        #expect(FlagEdit(rollout: .half).applied(to: flag, name: "f").isEnabled == false)
        #expect(FlagEdit(allow: ["a", "b"], disallow: ["z"]).applied(to: flag, name: "f").allowed == ["a", "b"])
        #expect(FlagEdit(rollout: .half).applied(to: nil, name: "g") == FeatureFlag(name: "g", rollout: .half))
        #expect(FlagEdit.off.isKill && !FlagEdit(isEnabled: false, rollout: .half).isKill)
    }

    @Test func ordersAreReadAsTheyAreTyped() {
        let steps = [Rollout(percent: 1)!, .all]
        #expect(FlagOrder("25", usual: steps) == .edit(FlagEdit(isEnabled: true, rollout: Rollout(percent: 25)!)))
        #expect(FlagOrder(" 25 % ", usual: steps) == nil)
        #expect(FlagOrder("OFF", usual: steps) == .edit(.off) && FlagOrder("kill", usual: steps) == .edit(.off))
        #expect(FlagOrder("ramp", usual: steps) == .ramp(steps))
        #expect(FlagOrder("ramp 5, 25,100", usual: steps) == .ramp([5, 25, 100].map { Rollout(percent: $0)! }))
        for text in ["", "ramp 5,,25", "off now", "101", "--rollout 5", "ramp 5 101"] {
            #expect(FlagOrder(text, usual: steps) == nil, "\(text)")
        }
    }

    @Test(arguments: [Int64.max, .max - 1, 1 << 52] as [Int64]) func aVersionThatCannotBeCountedOnIsNone(version: Int64)
        throws
    {
        let fields = ["enabled": "1", "rollout": "50", "version": "\(version)"]
        #expect(throws: FlagFault.self) { try FeatureFlag(name: "checkout-v2", fields: fields) }
        // The kill switch works on what can be made of it, and its version counts from one again.
        let salvaged = FeatureFlag(salvaging: fields, name: "checkout-v2")
        #expect(salvaged.isEnabled && salvaged.version == 0)
        let time = try FeatureFlag(
            name: "checkout-v2", fields: ["enabled": "1", "rollout": "50", "updated_at": "\(version)"])
        #expect((time.updatedAt?.milliseconds ?? 0) <= 1 << 52)
    }
}
