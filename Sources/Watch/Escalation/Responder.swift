import FoundationEssentials
package import Launch
import Wire

/// Does by itself what the config allows when an alert fires: a command, a webhook, a rollback. Everything is journaled before
/// and after; what was done too often, or failed, is told to people.
package actor Responder {
    /// How the deeds reach the world.
    package struct Hands: Sendable {
        /// Runs a program to its end; why it failed, nil where it did not.
        package var run: @Sendable (_ words: [String], _ deadline: Duration) async -> String?
        package var post: @Sendable (_ url: SecretText, _ body: [UInt8], _ deadline: Duration) async -> String?
        /// Starts `guardia rollback --yes` as a session of its own; why it could not, nil where it began.
        package var rollBack: @Sendable (_ reason: String) async -> String?

        package init(
            run: @escaping @Sendable (_ words: [String], _ deadline: Duration) async -> String?,
            post: @escaping @Sendable (_ url: SecretText, _ body: [UInt8], _ deadline: Duration) async -> String?,
            rollBack: @escaping @Sendable (_ reason: String) async -> String?
        ) {
            self.run = run
            self.post = post
            self.rollBack = rollBack
        }
    }

    private var rules: ResponseRules
    private var acknowledged: Set<Fingerprint> = []
    private let hands: Hands
    private let recorder: any Recorder
    private let clock: any Clock
    /// Tells people by a policy, in a sentence.
    private let escalate:
        @Sendable (_ policy: String, _ alert: AlertEvent.Facts?, _ words: String, _ by: String) async -> Void
    private var count = 0
    private var underway: [Int: Task<Void, Never>] = [:]

    package init(
        _ plans: [ResponsePlan], history: [Event], hands: Hands, recorder: any Recorder, clock: any Clock,
        escalate:
            @escaping @Sendable (_ policy: String, _ alert: AlertEvent.Facts?, _ words: String, _ by: String) async ->
            Void
    ) {
        rules = ResponseRules(plans)
        for event in history { rules.take(event) }
        self.hands = hands
        self.recorder = recorder
        self.clock = clock
        self.escalate = escalate
    }

    /// The kinds of events that it starts again from, beside the escalator's.
    package static let kinds = ["response.started", "action.step.ended"]

    package func hear(_ news: [(event: AlertEvent, at: Moment)]) {
        for (event, _) in news {
            switch event {
            case .acknowledged(let body): acknowledged.insert(body.alert)
            case .unacknowledged(let body): acknowledged.remove(body.alert)
            case .resolved(let body): acknowledged.remove(body.alert)
            default: break
            }
            for plan in rules.responses(to: event) {
                guard case .fired(let body) = event else { continue }
                respond(plan, to: body.alert)
            }
        }
    }

    package func hear(foreign events: [Event]) {
        for event in events {
            switch event.body {
            case .action(let action): for plan in rules.responses(to: action) { respond(plan, to: nil) }
            case .alert(.acknowledged(let body)): acknowledged.insert(body.alert)
            default: break
            }
        }
    }

    /// Waits until everything that was begun has ended: for tests, and before the engine ends.
    package func settle() async {
        while let task = underway.values.first { await task.value }
    }

    private func respond(_ plan: ResponsePlan, to alert: AlertEvent.Facts?) {
        count += 1
        let number = count
        underway[number] = Task {
            await self.perform(plan, for: alert, number)
            self.underway[number] = nil
        }
    }

    private func perform(_ plan: ResponsePlan, for alert: AlertEvent.Facts?, _ number: Int) async {
        let id = "\(plan.name)-\(clock.now().utc.milliseconds)-\(number)"
        func end(_ outcome: ResponseEvent.Ended.Outcome, _ detail: String) async {
            await tell(
                .ended(.init(response: plan.name, id: id, outcome: outcome, detail: String(detail.prefix(1000)))))
        }
        if let alert, plan.recheck.count > 0 {
            try? await Task.sleep(for: plan.recheck.duration)
            guard rules.isFiring(alert.fingerprint) else { return await end(.notNeeded, "\(alert.rule) is over") }
            guard !acknowledged.contains(alert.fingerprint) else {
                return await end(.notNeeded, "somebody has \(alert.rule)")
            }
        }
        let deed = Responder.words(plan, alert)
        guard rules.begin(plan, at: clock.now()) else {
            await end(.limited, "it was done \(plan.perHour) times within an hour: people must look")
            return await call(
                plan, alert, "\(plan.name) was done \(plan.perHour) times within an hour and did not help")
        }
        await tell(
            .started(.init(response: plan.name, id: id, alert: alert?.fingerprint, deed: deed, isDryRun: plan.dryRun)))
        if plan.dryRun { return await end(.dryRun, "would do: \(deed)") }
        if let failure = await perform(plan, alert) {
            await end(.failed, failure)
            await call(plan, alert, "\(plan.name) failed: \(failure)")
        } else {
            await end(.done, deed)
        }
    }

    private func perform(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?) async -> String? {
        switch plan.deed {
        case .run(let words): await hands.run(ResponsePlan.words(words, for: alert), plan.deadline.duration)
        case .webhook(let url): await hands.post(url, Responder.body(plan, alert), plan.deadline.duration)
        case .rollback: await hands.rollBack("response \(plan.name)" + (alert.map { ": \($0.summary)" } ?? ""))
        }
    }

    private func call(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?, _ words: String) async {
        guard let policy = plan.escalate else { return }
        await escalate(policy, alert, words, "response \(plan.name)")
    }

    private func tell(_ event: ResponseEvent) async { await recorder.append([.response(event)], at: clock.now()) }

    private static func words(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?) -> String {
        switch plan.deed {
        case .run(let words): ResponsePlan.words(words, for: alert).joined(separator: " ")
        // The path may be a secret.
        case .webhook: "POST to the webhook of \(plan.name)"
        case .rollback: "guardia rollback --yes"
        }
    }

    private struct Body: Encodable {
        var response: String
        var alert: AlertEvent.Facts?
    }

    private static func body(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?) -> [UInt8] {
        (try? JSONEncoder().encode(Body(response: plan.name, alert: alert))).map(Array.init) ?? []
    }
}
