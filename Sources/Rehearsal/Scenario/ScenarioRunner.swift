/// Follows a scenario's timeline by a clock, and does what is due.
struct ScenarioRunner<C: Clock> where C.Duration == Duration {
    var scenario: Scenario
    var clock: C
    /// Does one thing; what it throws is noted and does not stop the timeline.
    var perform: @Sendable (Deed) async throws -> Void
    var note: @Sendable (Deed, (any Error)?) -> Void

    /// Runs until its task is cancelled.
    func run() async {
        let start = clock.now
        var time: Duration?
        while let next = scenario.next(after: time) {
            do { try await clock.sleep(until: start.advanced(by: next.time), tolerance: nil) } catch { return }
            for deed in next.deeds {
                do {
                    try await perform(deed)
                    note(deed, nil)
                } catch {
                    note(deed, error)
                }
            }
            time = next.time
        }
    }
}
