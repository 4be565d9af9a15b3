import Launch
import Testing

struct FlagHashTests {
    /// Vectors that are published for MurmurHash3 x86_32, an odd number of bytes of several lengths among them.
    @Test(
        arguments: [
            ("", 0, 0), ("", 1, 0x514e_28b7), ("", 0xffff_ffff, 0x81f1_6f39), ("test", 0, 0xba6b_d213),
            ("test", 0x9747_b28c, 0x704b_81dc), ("Hello, world!", 0, 0xc036_3e43),
            ("Hello, world!", 0x9747_b28c, 0x2488_4cba),
            ("The quick brown fox jumps over the lazy dog", 0, 0x2e4f_f723),
            ("The quick brown fox jumps over the lazy dog", 0x9747_b28c, 0x2fa8_26cd), ("ñandú", 0, 0x3dd7_0beb),
        ] as [(String, UInt32, UInt32)])
    func murmurGivesThePublishedHashes(text: String, seed: UInt32, hash: UInt32) {
        #expect(Murmur3.hash(text, seed: seed) == hash)
    }

    @Test func unleashDealsAsItsSDKsDo() {
        // Of Unleash's own client specification: normalizedValue('123', 'gr1') is 73, ('999', 'groupX') is 25.
        #expect(FlagAlgorithm.unleash.threshold(of: "123", salt: "gr1") == 7300)
        #expect(FlagAlgorithm.unleash.threshold(of: "999", salt: "groupX") == 2500)
        #expect(FlagAlgorithm.unleash.threshold(of: "user-1", salt: "checkout-v2") == 6200)
    }

    @Test func theTwoFlagdsDealTheSameUserDifferently() {
        // murmur3("checkout-v2user-1") is 0xdffbf784: 87 of 100 by integers, 25 by the old formula.
        #expect(Murmur3.hash("checkout-v2user-1") == 0xdffb_f784)
        let new = FlagAlgorithm.flagd.threshold(of: "user-1", salt: "checkout-v2")
        #expect((new - 1) / 100 == 87)
        let old = FlagAlgorithm.flagdLegacy.threshold(of: "user-1", salt: "checkout-v2")
        #expect((old - 1) / 100 == 25)
    }

    /// Whoever is in stays in as the share grows, nobody is in at 0 %, everybody at 100 %, and the shares are what they say.
    @Test(arguments: FlagAlgorithm.allCases)
    func aRolloutOnlyEverAddsPeople(algorithm: FlagAlgorithm) {
        let shares = (0...100).compactMap { Rollout(percent: $0) }
        var counts = [Int](repeating: 0, count: shares.count)
        let people = 4000
        for person in 0..<people {
            let isIn = shares.map { algorithm.includes("user-\(person)", salt: "ramp", at: $0) }
            #expect(!isIn[0] && isIn[100])
            if zip(isIn, isIn.dropFirst()).contains(where: { $0 && !$1 }) { Issue.record("user-\(person) fell out") }
            for (index, isIn) in isIn.enumerated() where isIn { counts[index] += 1 }
        }
        for (share, count) in zip(shares, counts) {
            // Three standard deviations of a binomial of 4000 are under 2.4 per cent.
            #expect(abs(Double(count) / Double(people) * 100 - share.percent) < 2.4)
        }
    }

    /// flagd's bucket of 100 and of 10,000 agree: a fraction of a per cent deals nobody anew.
    @Test func flagdAgreesWhateverTheWeightsAreCountedIn() {
        for person in 0..<2000 {
            let hash = UInt64(Murmur3.hash("fuser-\(person)"))
            for percent in [1, 5, 25, 50, 99] {
                let isIn = FlagAlgorithm.flagd.includes("user-\(person)", salt: "f", at: Rollout(percent: percent)!)
                #expect(isIn == ((hash * 100) >> 32 < UInt64(percent)))
            }
        }
    }

    @Test func variantsAreDealtByTheirWeightsAndByAnotherSeed() throws {
        // Of Unleash's client specification: normalizedVariantValue('123', 'gr1') is 96, ('999', 'groupX') is 60.
        func variant(_ user: String, _ group: String, first: Int) -> String? {
            let variants = [FlagVariant(name: "a", weight: first), FlagVariant(name: "b", weight: 100 - first)]
            let flag = FeatureFlag(name: "f", rollout: .all, variants: variants, salt: group)
            return FlagEvaluation(of: flag, for: FlagContext(user: user), by: .unleash).variant
        }
        #expect(variant("123", "gr1", first: 95) == "b" && variant("123", "gr1", first: 96) == "a")
        #expect(variant("999", "groupX", first: 59) == "b" && variant("999", "groupX", first: 60) == "a")
        for algorithm in FlagAlgorithm.allCases {
            let flag = FeatureFlag(
                name: "f", rollout: Rollout(percent: 30)!, variants: try FlagVariant.list("a=75,none=0,b=25"))
            let dealt = (0..<8000).compactMap {
                FlagEvaluation(of: flag, for: FlagContext(user: "u\($0)"), by: algorithm).variant
            }
            let share = Double(dealt.count { $0 == "a" }) / Double(dealt.count)
            #expect(abs(share - 0.75) < 0.03 && !dealt.contains("none"), "\(algorithm)")
        }
    }
}

struct FlagEvaluationTests {
    private func evaluate(_ flag: FeatureFlag, _ context: FlagContext) -> FlagEvaluation {
        FlagEvaluation(of: flag, for: context, by: .unleash)
    }

    @Test func offIsOffWhateverTheAllowListSays() {
        let flag = FeatureFlag(name: "f", isEnabled: false, rollout: .all, allowed: ["ana"])
        #expect(evaluate(flag, FlagContext(user: "ana")) == evaluate(flag, FlagContext(user: "luis")))
        #expect(evaluate(flag, FlagContext(user: "ana")).reason == .off)
    }

    @Test func theAllowListComesBeforeTheRollout() {
        let flag = FeatureFlag(name: "f", rollout: .none, allowed: ["ana"])
        #expect(evaluate(flag, FlagContext(user: "ana")).isOn)
        #expect(evaluate(flag, FlagContext(user: "ana")).reason == .allowed)
        #expect(!evaluate(flag, FlagContext(user: "luis")).isOn)
    }

    @Test func stickinessSaysWhatUsersAreRecognisedBy() {
        var flag = FeatureFlag(name: "gr1", rollout: Rollout(percent: 73)!)
        #expect(evaluate(flag, FlagContext(user: "123")).isOn)
        #expect(evaluate(flag, FlagContext(session: "123")).isOn)
        flag.stickiness = .init("sessionId")
        #expect(evaluate(flag, FlagContext(user: "123")).reason == .unrecognised(field: "sessionId"))
        flag.stickiness = .init("shop")
        #expect(evaluate(flag, FlagContext(user: "9", properties: ["shop": "123"])).isOn)
        flag.stickiness = .random
        #expect(evaluate(flag, FlagContext(user: "123")).reason == .unrecognised(field: "random"))
        flag.rollout = .all
        #expect(evaluate(flag, FlagContext(user: "123")).isOn)
    }

    @Test func aFlagsOwnAlgorithmWins() {
        let flag = FeatureFlag(name: "checkout-v2", rollout: Rollout(percent: 50)!, algorithm: .flagdLegacy)
        #expect(evaluate(flag, FlagContext(user: "user-1")).isOn)
    }
}
