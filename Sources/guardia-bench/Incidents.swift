import Launch

/// What happens in an invented past besides the readings: now and then an alert that fires and is over, an hour apart a deploy.
struct Incidents {
    private let series: [SeriesID]

    init(_ manifest: Manifest) { series = manifest.series.filter { $0.unit != .text }.map(\.id) }

    /// What happens in this second.
    func events(in second: Int, at now: Moment) -> [Event.Body] {
        var events: [Event.Body] = []
        // Five minutes apart, never of the same labels: what is remembered of each must be forgotten again.
        if second % 300 == 100 { events.append(.alert(.fired(.init(alert: alert(second / 300, at: now))))) }
        if second % 300 == 220 {
            events.append(.alert(.resolved(.init(alert: alert(second / 300, at: now).fingerprint, value: 100))))
        }
        if let id = series.isEmpty ? nil : series[second / 60 % series.count], second % 60 == 30 {
            events.append(.verdictChanged(.init(series: id, from: .ok, to: .warning, value: 1, bound: .above(0))))
            events.append(.verdictChanged(.init(series: id, from: .warning, to: .ok, value: 0, bound: .above(0))))
        }
        if second % 3600 == 1800 { events += deploy(second / 3600) }
        return events
    }

    private func alert(_ number: Int, at now: Moment) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: "slow_requests", labels: ["alertname": "slow_requests", "instance": "10.0.0.\(number)"],
            severity: number % 4 == 0 ? .critical : .warning, summary: "Requests take 1200 ms (p95, > 900 ms)",
            series: series.isEmpty ? nil : series[number % series.count], value: 1200, bound: .above(900), since: now)
    }

    private func deploy(_ number: Int) -> [Event.Body] {
        let id = ActionID("deploy-\(number)")
        let names = ["preflight", "lock", "release", "gate", "promote", "watch"]
        let steps = names.map { ActionEvent.Step(name: $0, title: $0) }
        var events: [ActionEvent] = [
            .started(
                .init(
                    id: id, kind: .deploy, by: Operator(name: "ana", uid: 1000, host: "bastion"), reason: "bench",
                    command: ["guardia", "deploy", "v1.\(number)"], to: .init(colour: "green", version: "v1.\(number)"),
                    steps: steps, pid: 1))
        ]
        for step in steps {
            events.append(.stepStarted(.init(action: id, step: step.name)))
            events.append(.noted(.init(action: id, step: step.name, text: "all hosts answer")))
            events.append(.stepEnded(.init(action: id, step: step.name, outcome: .done, detail: "done")))
        }
        events.append(.ended(.init(action: id, outcome: .done, summary: "green serves v1.\(number)")))
        return events.map { .action($0) }
    }
}
