import Launch
import Rehearsal
import Testing

@Suite("A scenario")
struct ScenarioTests {
    @Test("its steps are in order and within its period", arguments: Scenario.all)
    func wellFormed(scenario: Scenario) {
        #expect(scenario.period > .zero)
        #expect(!scenario.summary.isEmpty)
        #expect(scenario.steps.map(\.time) == scenario.steps.map(\.time).sorted())
        for step in scenario.steps { #expect(step.time >= .zero && step.time < scenario.period) }
    }

    @Test("what it breaks, it mends before it begins anew", arguments: Scenario.all)
    func mendsItself(scenario: Scenario) {
        var broken: Set<String> = []
        var split = Split(all: "blue")
        var versions = ["blue": "v1.4.0", "green": "v1.3.9"]
        for step in scenario.steps {
            switch step.deed {
            case .fault(let part, let fault):
                #expect(!fault.isEmpty)
                broken.insert(part.rawValue)
            case .mend(let part): broken.remove(part.rawValue)
            case .release(let colour, let version):
                #expect(split.share(of: colour) == 0, "a live colour is never restarted")
                versions[colour] = version
                broken.remove(colour)  // a new process has no fault
            case .shift(let next): split = next
            case .hangDatabase: broken.insert("database")
            case .wakeDatabase: broken.remove("database")
            case .fillRedis: broken.insert("redis")
            case .emptyRedis: broken.remove("redis")
            }
        }
        #expect(broken.isEmpty)
        #expect(split == Split(all: "blue"))
        #expect(versions == ["blue": "v1.4.0", "green": "v1.3.9"])
    }

    @Test("names are unique, and those that the command line promises")
    func names() {
        #expect(
            Scenario.all.map(\.name) == [
                "calm", "payment-outage", "bad-deploy", "patagonia-slow", "redis-full", "database-hang",
                "traffic-spike",
            ])
        #expect(Scenario.named("redis-full") == .redisFull)
        #expect(Scenario.named("redis") == nil)
    }

    @Test("it repeats, each step once a period")
    func repeats() throws {
        var times: [Duration] = []
        var time: Duration?
        for _ in 0..<5 {
            let next = try #require(Scenario.databaseHang.next(after: time))
            times.append(next.time)
            time = next.time
        }
        #expect(times == [15, 55, 135, 175, 255].map { .seconds($0) })
    }

    @Test("faster, it does the same in the same order")
    func paced() {
        let fast = Scenario.paymentOutage.paced(by: 4)
        #expect(fast.steps.map(\.deed) == Scenario.paymentOutage.steps.map(\.deed))
        #expect(fast.period == .seconds(60) && fast.steps.map(\.time)[2] == .milliseconds(22_500))
        #expect(Scenario.paymentOutage.paced(by: 1) == Scenario.paymentOutage)
    }

    @Test("steps of one moment are due together")
    func simultaneousSteps() throws {
        let first = try #require(Scenario.badDeploy.next(after: nil))
        #expect(first.time == .zero)
        #expect(first.deeds == [.shift(Split(all: "blue"))])
    }

    @Test("calm has nothing to do, ever")
    func calm() {
        #expect(Scenario.calm.next(after: nil) == nil)
    }
}
