import Launch
import Testing

/// Random histories: whatever happens, these hold.
struct EscalationPropertyTests {
    @Test(arguments: 0..<60) func whateverHappensThePromisesHold(_ seed: Int) {
        var random = Xorshift(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
        var policy = People.path
        policy.repeats = Int.random(in: 0...2, using: &random)
        let roster = People.roster([policy])
        var drill = Drill(roster)
        let alerts = (0..<6).map { number in
            People.facts(
                "rule-\(number % 3)", instance: "\(number)",
                severity: Severity.allCases.randomElement(using: &random) ?? .info)
        }
        for _ in 0..<150 {
            let alert = alerts.randomElement(using: &random) ?? alerts[0]
            switch Int.random(in: 0..<13, using: &random) {
            case 0...2: drill.fire(alert)
            case 3: drill.resolve(alert)
            case 4: drill.acknowledge(alert, by: ["ana", "beto", "root"].randomElement(using: &random) ?? "")
            case 5: drill.tell(.unacknowledged(.init(alert: alert.fingerprint)))
            case 6: drill.tell(.unacknowledged(.init(alert: alert.fingerprint, by: "ana")))
            case 7:
                let silences = Bool.random(using: &random) ? ["s"] : []
                drill.tell(.suppressed(.init(alert: alert.fingerprint, silences: silences)))
            case 8:
                guard let order = drill.orders.randomElement(using: &random)?.order else { continue }
                drill.tell(.attempted(.init(page: order.page, outcome: .failed(reason: "gone"))))
            case 9:
                guard let chain = drill.course.running.randomElement(using: &random) else { continue }
                drill.tell(.asked(.init(escalation: chain.id, by: "root")))
            case 10:
                drill = drill.restarted(
                    roster, at: drill.now.advanced(by: .minutes(.random(in: 0...200, using: &random))))
            default: drill.pass(.seconds(.random(in: 1...400, using: &random)))
            }
        }
        // What runs ends, if nobody does anything at all.
        for _ in 0..<60 { drill.pass(.minutes(6)) }
        #expect(drill.course.running.isEmpty, "seed \(seed)")
        check(drill, policy)
    }

    private func check(_ drill: Drill, _ policy: EscalationPolicy) {
        let pages = drill.orders.map(\.order.page)
        #expect(Set(pages).count == pages.count, "nobody is told twice for one step")

        var steps: [EscalationID: [(round: Int, step: Int)]] = [:]
        var first: [EscalationID: Int] = [:]
        var stopped: [EscalationID: (why: EscalationEvent.Stopped.Why, at: Int)] = [:]
        for (index, entry) in drill.events.enumerated() {
            switch entry.event {
            case .started(let body): first[body.escalation] = body.firstStep ?? 0
            case .stepped(let body):
                #expect(stopped[body.escalation] == nil, "a chain that has stopped makes no step")
                steps[body.escalation, default: []].append((body.round, body.step))
            case .stopped(let body):
                if let before = stopped[body.escalation] {
                    #expect(before.why != .resolved && body.why == .resolved, "only the end is told after the end")
                }
                stopped[body.escalation] = (body.why, index)
            case .queued(let body):
                guard let id = body.escalation, let end = stopped[id] else { continue }
                let isWord = body.purpose != .page || (end.why == .exhausted && body.step == nil)
                #expect(isWord, "after an acknowledgement nothing goes out but the word to those who were woken")
            default: break
            }
        }
        for (id, made) in steps {
            let count = policy.steps.count
            let start = first[id] ?? 0
            for (index, step) in made.enumerated() {
                let position = start + index
                #expect(step.round * count + step.step == position, "no step is skipped")
            }
        }
        for id in first.keys { #expect(stopped[id] != nil, "every chain that began ends") }
    }
}

/// A small generator whose histories can be had again.
private struct Xorshift: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
