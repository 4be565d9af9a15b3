import Launch
import Testing

/// Random histories of alerts, answers, failures of channels and restarts: what must hold in all of them.
struct EscalationHistoryTests {
    @Test(arguments: 0..<120)
    func everyHistoryKeepsThePromises(seed: Int) {
        var random = Numbers(UInt64(seed) &+ 77)
        var drill = Drill()
        let all = (0..<4).map { number in
            People.facts(
                number < 2 ? "api" : "db\(number)", instance: "\(number)", severity: number == 3 ? .warning : .critical)
        }
        var firing: Set<Int> = []
        for _ in 0..<250 {
            let number = Int.random(in: 0..<all.count, using: &random)
            let alert = all[number]
            switch Int.random(in: 0..<40, using: &random) {
            case 0...3 where !firing.contains(number):
                drill.fire(alert)
                firing.insert(number)
            case 4...5 where firing.contains(number):
                drill.resolve(alert)
                firing.remove(number)
            case 6...7 where firing.contains(number):
                drill.acknowledge(alert, by: ["ana", "beto"].randomElement(using: &random)!)
            case 8 where firing.contains(number):
                drill.tell(
                    .unacknowledged(.init(alert: alert.fingerprint, by: Bool.random(using: &random) ? "ana" : nil)))
            case 9:
                drill.tell(
                    .suppressed(.init(alert: alert.fingerprint, silences: Bool.random(using: &random) ? ["s"] : [])))
            case 10...14:
                guard let order = drill.orders.randomElement(using: &random)?.order else { break }
                let outcomes: [PageOutcome] = [
                    .sent(reference: "r"), .failed(reason: "no such number"),
                    .deferred(reason: "later", until: drill.now.utc),
                    .expired(reason: "too late"),
                ]
                drill.tell(
                    EscalationEvent.attempted(.init(page: order.page, outcome: outcomes.randomElement(using: &random)!))
                )
            case 15:
                guard let chain = drill.course.running.randomElement(using: &random) else { break }
                drill.tell(EscalationEvent.asked(.init(escalation: chain.id, by: "root")))
            case 16:
                drill = drill.restarted(at: drill.now.advanced(by: .seconds(Int64.random(in: 1...400, using: &random))))
            default: drill.pass(.seconds(Int64.random(in: 1...240, using: &random)))
            }
        }

        // No page was ordered twice, whatever died in between.
        let pages = drill.orders.map(\.order.page)
        #expect(Set(pages).count == pages.count)
        var place: [EscalationID: (Int, Int)] = [:]
        var ended: [EscalationID: EscalationEvent.Stopped.Why] = [:]
        for (event, _) in drill.events {
            switch event {
            case .stepped(let body):
                // A chain goes on, never back, and never after its end.
                if let before = place[body.escalation] { #expect(before < (body.round, body.step)) }
                #expect(ended[body.escalation] == nil)
                place[body.escalation] = (body.round, body.step)
            case .stopped(let body):
                // It ends once; what was answered or given up is over once more, when its alerts are.
                #expect(ended[body.escalation] == nil || body.why == .resolved && ended[body.escalation] != .resolved)
                ended[body.escalation] = body.why
            case .queued(let body) where body.purpose == .page && body.step != nil:
                #expect(body.escalation.map { ended[$0] == nil } ?? false, "a page of a chain that has ended")
            default: break
            }
        }

        // What is still open is somebody's: told, or told to the end. An audit that knows nothing of the machine agrees.
        for _ in 0..<40 { drill.pass(.minutes(1)) }
        for number in firing where drill.course.subjects[all[number].fingerprint]?.isOpen == true {
            let id = all[number].fingerprint
            let chains = drill.course.chains.values.filter { $0.alerts.contains(id) }
            #expect(
                chains.contains { $0.isRunning || $0.stopped?.why == .exhausted }, "\(all[number].rule) is nobody's")
        }
        var (log, alerts) = (EscalationLog(), AlertLog())
        for (event, at) in drill.events { log.take(event, at: at) }
        for (event, at) in drill.alerts { alerts.take(event, at: at) }
        #expect(
            EscalationAudit.stalls(in: log, alerts, roster: People.roster(), zone: People.zone, at: drill.now).isEmpty)

        // When all is over, no chain runs, and nothing is said any more.
        for number in firing { drill.resolve(all[number]) }
        #expect(drill.course.running.isEmpty)
        let count = drill.orders.count
        for _ in 0..<20 { drill.pass(.minutes(10)) }
        #expect(drill.orders.count == count)
    }

    /// Cut off after any of its events, the journal brings back a chain that sends what was not sent, and nothing twice.
    @Test func cutOffAfterAnyEventItGoesOnWhereItWas() {
        var drill = Drill()
        let alert = People.facts("api")
        drill.fire(alert)
        drill.pass(.minutes(5))
        drill.pass(.minutes(5))
        drill.acknowledge(alert)
        drill.resolve(alert)
        let whole = drill
        let wanted = Set(whole.orders.map(\.order.page))
        for length in 0...whole.events.count {
            var cut = Drill()
            cut.fire(alert)
            var course = EscalationCourse(roster: People.roster(), zone: People.zone)
            for (event, at) in whole.alerts { course.take(event, at: at) }
            for (event, at) in whole.events.prefix(length) { course.take(event, at: at) }
            course.resume(at: whole.now)
            var sent = Set<PageID>()
            for (event, _) in whole.events.prefix(length) {
                if case .queued(let body) = event { sent.insert(body.page) }
            }
            let orders = course.unfinished(at: whole.now) + course.decide(at: whole.now).orders
            let pages = orders.map(\.page)
            #expect(Set(pages).count == pages.count && sent.isDisjoint(with: pages), "cut after \(length)")
            #expect(
                !orders.contains { $0.purpose == .page && !wanted.contains($0.page) },
                "cut after \(length): somebody new is woken")
            // Whoever was woken hears of the end.
            let woken = Set(
                whole.orders.map(\.order).filter { $0.purpose == .page && sent.contains($0.page) }.compactMap(
                    \.way.contact))
            let told = Set(
                (whole.orders.map(\.order).filter { sent.contains($0.page) } + orders).filter {
                    $0.purpose == .resolved
                }
                .compactMap(\.way.contact))
            #expect(told.isSuperset(of: woken), "cut after \(length)")
        }
    }

    // MARK: Answers after the end

    @Test func aChainThatWasToldToItsEndCanStillBeAnswered() throws {
        var drill = Drill()
        let alert = People.facts("api")
        drill.fire(alert)
        for _ in 0..<5 { drill.pass(.minutes(5)) }
        let id = try #require(drill.course.chains.keys.first)
        #expect(drill.course.running.isEmpty && drill.course.isUnanswered(id))
        #expect(drill.course.answerable.map(\.id) == [id])
        let late = Reply(way: .sms, reference: "SM9", sender: "+54", text: "ACK 4821")
        #expect(drill.course.judge(late, from: "caro") { _ in "4821" } == .acknowledges(id, by: "caro"))
        let (acks, end) = drill.course.acknowledge(id, by: "caro", way: .sms, until: nil)
        #expect(
            acks == [.acknowledged(.init(alert: alert.fingerprint, by: "caro", way: .sms, until: nil))] && end == nil)
        for ack in acks { drill.tell(ack) }
        #expect(drill.course.answerable.isEmpty)
        #expect(drill.course.judge(late, from: "caro") { _ in "4821" } != .acknowledges(id, by: "caro"))
    }
}
