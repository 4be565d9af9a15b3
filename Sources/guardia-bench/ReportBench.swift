import ArgumentParser
import Foundation
import Journal
import Launch
import Report

/// `guardia-bench report`: what a report over 48 hours costs.
struct ReportBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write 48 hours of two hundred series and what happened in them, then the report of it.")

    @Argument(help: "The journal to write.") var target: String

    @Option(help: "How many hours.") var hours: Int64 = 48

    func run() async throws {
        let names = (0..<Past.seriesCount).map { SeriesID("bench.number\($0)") }
        var manifest = Manifest(
            product: Product(name: "Bench"), zone: .utc, launchAt: nil, environment: "bench",
            series: names.map {
                Series(
                    id: $0, title: $0.name, unit: .milliseconds, interval: 1000,
                    thresholds: Thresholds(warning: .above(60), critical: .above(80)))
            }, panes: Panes())
        manifest.kpis = names.prefix(28).map { Kpi(name: $0.name, title: $0.name, series: $0, target: .atMost(80)) }
        let end = SystemClock().now()
        let seconds = hours * 3600
        let start = end.advanced(by: .seconds(-seconds))
        let recorder = try await JournalRecorder.open(path: target, origin: "bench")
        await recorder.record(manifest, at: start)
        var random = SplitMix(state: 1)
        var values = names.map { _ in 40.0 }
        for second in 0..<seconds {
            let at = start.advanced(by: .seconds(second))
            for index in values.indices {
                values[index] += Double.random(in: -2...2, using: &random) + (40 - values[index]) * 0.1
            }
            await recorder.record(Tick(at: at, readings: zip(names, values).map { Reading($0, .number($1)) }))
            // Twenty alerts an hour, each taken and over; a deploy an hour.
            if second % 180 == 0 { await recorder.append(ReportBench.alert(Int(second / 180), at: at), at: at) }
            if second % 3600 == 1800 { await recorder.append(ReportBench.deploy(Int(second / 3600)), at: at) }
        }
        await recorder.close(at: end)
        let clock = ContinuousClock()
        var html = "", markdown = ""
        let took = try clock.measure {
            let report = LaunchReport(
                try LaunchReport.Material.read(JournalReader(path: target), now: end.utc) { $0.body.kind })
            html = ReportPage(report).text
            markdown = ReportMarkdown(report).text
        }
        let (whole, parts) = took.components
        print("report_ms \(Double(whole) * 1000 + Double(parts) / 1e15)")
        print("html_bytes \(html.utf8.count)")
        print("markdown_bytes \(markdown.utf8.count)")
        print("journal_bytes \(try FileManager.default.attributesOfItem(atPath: target)[.size] as? Int ?? 0)")
    }

    private static func alert(_ number: Int, at moment: Moment) -> [Event.Body] {
        let facts = AlertEvent.Facts(
            rule: "bench", labels: Labels(["alertname": "bench\(number)"]), severity: .warning,
            summary: "bench number \(number) is over its limit", since: moment)
        return [
            .alert(.fired(.init(alert: facts))),
            .alert(.acknowledged(.init(alert: facts.fingerprint, by: "ana", way: .sms, until: nil))),
            .alert(.resolved(.init(alert: facts.fingerprint))),
        ]
    }

    private static func deploy(_ number: Int) -> [Event.Body] {
        let id = ActionID("deploy-bench-\(number)")
        let who = Operator(name: "ana", uid: 1000, host: "bench")
        return [
            .action(
                .started(
                    .init(
                        id: id, kind: .deploy, by: who, reason: "bench", command: [],
                        from: .init(colour: "blue", version: "v\(number)"),
                        to: .init(colour: "green", version: "v\(number + 1)"),
                        steps: [.init(name: "promote", title: "Promotion")], pid: 1))),
            .action(.stepStarted(.init(action: id, step: "promote"))),
            .action(.stepEnded(.init(action: id, step: "promote", outcome: .done, detail: "", split: "green"))),
            .action(.ended(.init(action: id, outcome: .done, summary: "serves", split: "green"))),
        ]
    }
}
