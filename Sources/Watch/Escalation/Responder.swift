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
        /// The address that an edge (nil: any) turns away most and that may be banned; nil: none stands out.
        package var offender: @Sendable (_ edge: String?) async -> String?

        package init(
            run: @escaping @Sendable (_ words: [String], _ deadline: Duration) async -> String?,
            post: @escaping @Sendable (_ url: SecretText, _ body: [UInt8], _ deadline: Duration) async -> String?,
            rollBack: @escaping @Sendable (_ reason: String) async -> String?,
            offender: @escaping @Sendable (_ edge: String?) async -> String? = { _ in nil }
        ) {
            self.run = run
            self.post = post
            self.rollBack = rollBack
            self.offender = offender
        }
    }

    private var rules: ResponseRules
    private let hands: Hands
    private let recorder: any Recorder
    private let clock: any Clock
    /// Waits before an alert is looked at again.
    private let wait: @Sendable (Duration) async -> Void
    /// Tells people by a policy, in a sentence.
    private let escalate:
        @Sendable (_ policy: String, _ alert: AlertEvent.Facts?, _ words: String, _ by: String) async -> Void
    private var count = 0
    private var underway: [Int: Task<Void, Never>] = [:]

    package init(
        _ plans: [ResponsePlan], history: [Event], hands: Hands, recorder: any Recorder, clock: any Clock,
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        escalate:
            @escaping @Sendable (_ policy: String, _ alert: AlertEvent.Facts?, _ words: String, _ by: String) async ->
            Void
    ) {
        rules = ResponseRules(plans)
        for event in history { rules.take(event) }
        self.hands = hands
        self.recorder = recorder
        self.clock = clock
        self.wait = wait
        self.escalate = escalate
    }

    /// The kinds of events that it starts again from, beside the escalator's.
    package static let kinds = ["response.waiting", "response.started", "response.ended", "action.step.ended"]

    /// Takes up what an engine before this one did not come to the end of. Once, at the start.
    package func begin() {
        for unfinished in rules.unfinished(at: clock.now()) {
            switch unfinished {
            case .waiting(let plan, let alert, let waiting): respond(plan, to: alert, since: waiting)
            case .missed(let plan, let alert): respond(plan, to: alert)
            case .needless(let waiting):
                work {
                    await self.tell(
                        .ended(
                            .init(
                                response: waiting.response, id: waiting.id, outcome: .notNeeded,
                                detail: "the engine was away, and the alert or the response is gone",
                                alert: waiting.alert)))
                }
            case .begun(let started, let plan, let alert):
                work {
                    let words = "the engine ended while it ran: whether it was done is not known"
                    await self.tell(
                        .ended(
                            .init(
                                response: started.response, id: started.id, outcome: .failed, detail: words,
                                alert: started.alert)))
                    if let plan { await self.call(plan, alert, "\(plan.name): \(words) (\(started.deed))") }
                }
            }
        }
    }

    package func hear(_ news: [(event: AlertEvent, at: Moment)]) {
        for (event, moment) in news {
            for plan in rules.responses(to: event, at: moment) {
                guard case .fired(let body) = event else { continue }
                respond(plan, to: body.alert)
            }
        }
    }

    package func hear(foreign events: [Event]) {
        for event in events {
            switch event.body {
            case .action(let action): for plan in rules.responses(to: action) { respond(plan, to: nil) }
            case .alert(.acknowledged(let body)): rules.hear(acknowledged: body.alert)
            default: break
            }
        }
    }

    /// Waits until everything that was begun has ended: for tests.
    package func settle() async {
        while let task = underway.values.first { await task.value }
    }

    private func respond(
        _ plan: ResponsePlan, to alert: AlertEvent.Facts?, since waiting: ResponseEvent.Waiting? = nil
    ) {
        let id = waiting?.id ?? "\(plan.name)-\(clock.now().utc.milliseconds)-\(count + 1)"
        work { await self.perform(plan, for: alert, id, since: waiting) }
    }

    private func work(_ body: @escaping @Sendable () async -> Void) {
        count += 1
        let number = count
        underway[number] = Task {
            await body()
            self.underway[number] = nil
        }
    }

    private func perform(
        _ plan: ResponsePlan, for alert: AlertEvent.Facts?, _ id: String, since waiting: ResponseEvent.Waiting?
    ) async {
        func end(_ outcome: ResponseEvent.Ended.Outcome, _ detail: String) async {
            await tell(
                .ended(
                    .init(
                        response: plan.name, id: id, outcome: outcome, detail: String(detail.prefix(1000)),
                        alert: alert?.fingerprint)))
        }
        if let alert, plan.recheck.count > 0 {
            // Told first: killed meanwhile, the next engine looks again.
            let until = waiting?.until ?? clock.now().utc + plan.recheck
            if waiting == nil {
                await tell(
                    .waiting(.init(response: plan.name, id: id, alert: alert.fingerprint, until: until)))
            }
            // A clock that was put back makes nobody wait longer than the plan says.
            await wait(min(max(until - clock.now().utc, 0), plan.recheck).duration)
            guard rules.isFiring(alert.fingerprint) else { return await end(.notNeeded, "\(alert.rule) is over") }
            guard !rules.isAcknowledged(alert.fingerprint) else {
                return await end(.notNeeded, "somebody has \(alert.rule)")
            }
        }
        var address: String?
        if plan.placeholders.contains(.address) {
            let edge = alert.map { $0.labels["edge"] }.flatMap { $0.isEmpty ? nil : $0 }
            address = await hands.offender(edge)
            guard address != nil else {
                return await end(
                    .notNeeded,
                    "no address stands out among those that \(edge ?? "the edges") turned away: nobody to ban")
            }
        }
        let holes = plan.holes(for: alert, address: address)
        guard holes.isEmpty else {
            let words = "\(holes.map(\.text).joined(separator: ", ")) stands for nothing: nothing was run"
            await end(.failed, words)
            return await call(plan, alert, "\(plan.name) failed: \(words)")
        }
        let deed = Responder.words(plan, alert, address)
        guard rules.begin(plan, at: clock.now()) else {
            await end(.limited, "it was done \(plan.perHour) times within an hour: people must look")
            return await call(
                plan, alert, "\(plan.name) was done \(plan.perHour) times within an hour and did not help")
        }
        await tell(
            .started(.init(response: plan.name, id: id, alert: alert?.fingerprint, deed: deed, isDryRun: plan.dryRun)))
        if plan.dryRun { return await end(.dryRun, "would do: \(deed)") }
        if let failure = await perform(plan, alert, address) {
            await end(.failed, failure)
            await call(plan, alert, "\(plan.name) failed: \(failure)")
        } else {
            await end(.done, deed)
        }
    }

    private func perform(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?, _ address: String?) async -> String? {
        switch plan.deed {
        case .run(let words):
            await hands.run(ResponsePlan.words(words, for: alert, address: address), plan.deadline.duration)
        case .webhook(let url): await hands.post(url, Responder.body(plan, alert), plan.deadline.duration)
        case .rollback: await hands.rollBack("response \(plan.name)" + (alert.map { ": \($0.summary)" } ?? ""))
        }
    }

    private func call(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?, _ words: String) async {
        guard let policy = plan.escalate else { return }
        await escalate(policy, alert, words, "response \(plan.name)")
    }

    private func tell(_ event: ResponseEvent) async { await recorder.append([.response(event)], at: clock.now()) }

    private static func words(_ plan: ResponsePlan, _ alert: AlertEvent.Facts?, _ address: String?) -> String {
        switch plan.deed {
        case .run(let words): ResponsePlan.words(words, for: alert, address: address).joined(separator: " ")
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
