import Launch
import Testing

@testable import Journal

@Suite("The recorder's queue")
struct RecorderQueueTests {
    private func tick(_ second: Int) -> Tick { Tick(at: .at(Double(second)), readings: []) }

    @Test("hands out the manifest first, then events, then ticks")
    func order() {
        var queue = RecorderQueue(origin: "o")
        let event = Event(origin: "o", at: .at(0), body: .engineStopped(.init(reason: "x")))
        queue.push(tick(1))
        queue.push([event])
        queue.push(.latency, at: .at(0))
        var handed: [RecorderQueue.Batch] = []
        while let batch = queue.next {
            handed.append(batch)
            queue.wrote(batch, at: .at(2))
        }
        #expect(handed == [.manifest(.latency, .at(0)), .events([event]), .ticks([tick(1)])])
        #expect(queue.isEmpty)
    }

    @Test("drops the oldest ticks first and confesses them when writing works again")
    func gap() {
        var queue = RecorderQueue(origin: "o")
        queue.push(tick(0))
        queue.failed("disk full")
        for second in 1...(RecorderQueue.tickLimit + 9) { queue.push(tick(second)) }
        #expect(queue.failure == "disk full")
        guard let batch = queue.next, case .ticks(let ticks) = batch else { return #expect(Bool(false)) }
        #expect(ticks.first == tick(10))
        queue.wrote(batch, at: .at(700))
        #expect(queue.failure == nil)
        let gap = Event.RecordingGap(from: Moment.at(0).utc, to: Moment.at(9).utc, ticks: 10, reason: "disk full")
        #expect(queue.next == .events([Event(origin: "o", at: .at(700), body: .recordingGap(gap))]))
    }

    @Test("keeps ten thousand events, and the first of them")
    func eventBound() {
        var queue = RecorderQueue(origin: "o")
        queue.failed("disk full")
        for number in 0..<(RecorderQueue.eventLimit + 5) {
            queue.push([Event(origin: "o", at: .at(Double(number)), body: .engineStopped(.init(reason: "x")))])
        }
        var events = 0
        var first: Event?
        while let batch = queue.next, case .events(let handed) = batch {
            first = first ?? handed.first
            events += handed.count
            queue.wrote(batch, at: .at(0))
        }
        #expect(events == RecorderQueue.eventLimit)
        #expect(first?.at == .at(0))
    }

    @Test("only the newest manifest waits")
    func manifests() {
        var queue = RecorderQueue(origin: "o")
        queue.push(.latency, at: .at(0))
        queue.push(.of([.bytes]), at: .at(1))
        #expect(queue.next == .manifest(.of([.bytes]), .at(1)))
    }
}
