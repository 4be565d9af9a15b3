import Console
import Launch

/// BarberPro with feature flags: one that grows by a ramp, one that is off, one that everybody has, one that is broken, and one
/// that somebody changed by hand.
struct Flagged {
    var deployed: Deployed

    static let ana = Operator(name: "ana", uid: 1000, host: "bastion-1")
    static let names = ["checkout-v2", "instant-refunds", "nearby-map", "loyalty", "reminders"]
    static let ramp = ActionID("flag-ramp-20261023T173000Z-0003")
    static let shares = [1, 5, 25, 100].compactMap { Rollout(percent: $0) }

    static let manifest: Manifest = {
        var manifest = Deployed.manifest
        let target = FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: names)
        let plan = FlagsPlan(
            target: target,
            flags: [
                KnownFlag(
                    name: names[0], title: "New checkout",
                    note: "pays through the new gateway client; watch payments before growing it",
                    guards: ["biz.payments"]),
                KnownFlag(name: names[1], title: "Refunds at once", guards: ["biz.payments", "pay.p95"]),
                KnownFlag(name: names[2], title: "Map of barbers nearby"), KnownFlag(name: names[3]),
                KnownFlag(name: names[4], title: "Reminders by WhatsApp"),
            ], users: "nginx.connections")
        manifest.series += plan.probe.series
        manifest.flags = plan.facts(actAs: [])
        return manifest
    }()

    /// - Parameter standing: how the ramp does.
    init(_ launch: BarberPro = .calm) {
        deployed = Deployed(launch)
        deployed.launch.board.apply(Self.manifest)
        var before: FeatureFlag?
        for (share, version, ago) in [(1, 3, 1500), (5, 4, 900), (25, 5, 300)] as [(Int, Int64, Int64)] {
            let flag = flag(0, share, version: version, ago: ago)
            tell(.changed(change(before, flag, by: "ana@bastion-1", reason: version == 3 ? "begin" : "")), ago: ago)
            before = flag
        }
        tell(
            .changed(
                .init(
                    flag: Self.names[4], from: FlagGlance(flag(4, 10, version: 2, ago: 8000)),
                    to: FlagGlance(flag(4, 42, version: 2, ago: 8000)), words: "10 % → 42 %", by: "", source: .found)),
            ago: 600)
    }

    /// What Redis holds, read `ago` seconds before now.
    mutating func read(ago: Int64 = 1) {
        let flags = [
            flag(0, 25, version: 5, ago: 300), flag(1, 25, version: 2, ago: 90_000, on: false),
            flag(2, 100, version: 9, ago: 400_000), flag(4, 42, version: 2, ago: 8000),
        ]
        var readings = flags.flatMap { flag in
            [
                Reading(FlagSeries.state(flag.name), .text(FlagGlance(flag).text)),
                Reading(FlagSeries.share(flag.name), .number(flag.share.percent)),
            ]
        }
        readings.append(
            Reading(
                FlagSeries.state(Self.names[3]),
                .text(FlagSeries.faultMark + "rollout '101': it is from 0 to 100, with at most two decimals")))
        readings.append(Reading(FlagSeries.faulty, .number(1)))
        deployed.launch.board.apply(Tick(at: deployed.launch.now.advanced(by: .seconds(-ago)), readings: readings))
    }

    /// The looks since then brought nothing.
    mutating func miss(_ why: String) {
        let all = Self.names.flatMap { [FlagSeries.state($0), FlagSeries.share($0)] } + [FlagSeries.faulty]
        deployed.launch.board.apply(
            Tick(at: deployed.launch.now.advanced(by: -500), readings: all.map { Reading($0, .missed(why)) }))
    }

    private func flag(_ index: Int, _ share: Int, version: Int64, ago: Int64, on: Bool = true) -> FeatureFlag {
        FeatureFlag(
            name: Self.names[index], isEnabled: on, rollout: Rollout(percent: share) ?? .none,
            allowed: index == 0 ? ["u1", "u2", "u3"] : [], algorithm: .unleash, version: version,
            updatedBy: index == 2 ? "luis@bastion-2" : "ana@bastion-1",
            updatedAt: deployed.launch.now.utc + Milliseconds(-ago * 1000))
    }

    private func change(
        _ from: FeatureFlag?, _ to: FeatureFlag, by: String, reason: String
    ) -> FlagEvent.Changed {
        .init(
            flag: to.name, from: from.map { FlagGlance($0) }, to: FlagGlance(to),
            words: FlagChange(from: from, to: to).words, by: by, reason: reason, source: .guardia, action: Self.ramp)
    }

    mutating func tell(_ event: FlagEvent, ago: Int64) { deployed.launch.say(.flag(event), ago: ago) }

    /// The ramp of checkout-v2 in its third share.
    mutating func ramp(
        _ standing: FlagEvent.RampTurned.Standing = .baking, reason: String = "", ended: ActionEvent.Ended? = nil
    ) {
        let plan = RampPlan(from: .none, steps: Self.shares, every: .minutes(10), guards: ["biz.payments"])
        let steps = Self.shares.flatMap { share in
            [
                ActionEvent.Step(name: "share-\(share)", title: "\(share.words) of users"),
                ActionEvent.Step(name: "bake-\(share)", title: "Watch \(share.words)"),
            ]
        }
        deployed.happened(
            [
                .started(
                    .init(
                        id: Self.ramp, kind: .flagRamp, by: Self.ana, reason: "begin",
                        command: ["guardia", "flag", "ramp", "checkout-v2", "1,5,25,100", "--yes"],
                        subject: "checkout-v2 0 % → 1 % → 5 % → 25 % → 100 %", steps: steps, pid: 4713))
            ], ago: 1500)
        tell(.rampPlanned(.init(action: Self.ramp, flag: Self.names[0], plan: plan)), ago: 1500)
        for (index, step) in steps.prefix(5).enumerated() {
            deployed.happened(
                [
                    .stepStarted(.init(action: Self.ramp, step: step.name)),
                    .stepEnded(
                        .init(
                            action: Self.ramp, step: step.name, outcome: .done,
                            detail: index % 2 == 0 ? "version \(3 + index / 2), read back" : "did well")),
                ], ago: 1500 - Int64(index) * 300)
        }
        deployed.happened([.stepStarted(.init(action: Self.ramp, step: "bake-25"))], ago: 300)
        tell(
            .rampTurned(
                .init(
                    action: Self.ramp, flag: Self.names[0], standing: standing, step: 3, share: Self.shares[2],
                    due: standing == .baking ? deployed.launch.now.utc + .seconds(252) : nil, reason: reason)), ago: 20)
        if let ended { deployed.happened([.ended(ended)], ago: 10) }
    }

    static func with(_ launch: BarberPro = .calm, _ change: (inout Flagged) -> Void) -> Flagged {
        var flagged = Flagged(launch)
        change(&flagged)
        return flagged
    }

    // MARK: Stories

    static let ramping = Flagged.with {
        $0.ramp()
        $0.read()
    }

    static let holding = Flagged.with {
        $0.ramp(.holding, reason: "Payments accepted is a warning")
        $0.read()
    }

    static let steppedBack = Flagged.with(.trouble) {
        $0.ramp(
            .steppedBack,
            ended: .init(
                action: Flagged.ramp, outcome: .undecided,
                summary: "stopped: Payments accepted is critical; stepped back from 25 % to 5 %, read back"))
        $0.read()
    }

    static let died = Flagged.with {
        $0.ramp(
            ended: .init(action: Flagged.ramp, outcome: .died, summary: "its process died at bake-25"))
        $0.read()
    }

    static let redisDown = Flagged.with {
        $0.ramp(.holding, reason: "no answer within the deadline")
        $0.read(ago: 45)
        $0.miss("no answer within 2 s")
    }

    func model(_ width: Int, _ height: Int, _ keys: String...) -> Model {
        var model = deployed.model(width, height)
        for key in keys {
            model.press(key)
            model.wait(1000)
        }
        return model
    }
}
