import Launch
import Settings
import Testing

@Suite("figures of the business that a canary is compared by")
struct CanaryKpiTests {
    private func yaml(_ kpi: String) -> String {
        Sample.yaml.replacing(
            "probes:\n",
            with: """
                probes:
                  - \
                {name: app, type: metrics, url: "http://127.0.0.1:1/metrics", extract: [\
                {name: blue, metric: paid_total, take: share, also: {result: ok}, few: 5}, \
                {name: green, metric: paid_total, take: share, also: {result: ok}, few: 5}, \
                {name: rate, metric: paid_total, take: rate}]}

                """) + """
                deployment:
                  colours: [{name: blue, hosts: ["10.0.0.1:80"]}, {name: green, hosts: ["10.0.0.2:80"]}]
                  edges: [{name: edge-1, front: "http://127.0.0.1:8081"}]
                  release: {run: [release, "{colour}", "{version}"]}
                  canary: {kpis: [\(kpi)]}

                """
    }

    @Test("both series, the way, what is tolerated and on how many events")
    func read() throws {
        let kpis = try load(
            yaml(
                "{title: Paid, series: {blue: app.blue, green: app.green}, better: higher, worse_by: {absolute: 5%}, samples: 20}"
            )
        ).configuration.deployment?.canary.analysis.kpis
        #expect(
            kpis == [
                CanaryKpi(
                    title: "Paid",
                    sides: [
                        "blue": .init(figure: "app.blue", events: "app.blue.events"),
                        "green": .init(figure: "app.green", events: "app.green.events"),
                    ], unit: .percent, better: .higher, tolerance: .absolute(5), samples: 20)
            ])
    }

    @Test(
        "what could not be compared is said",
        arguments: [
            (
                "{title: P, series: {blue: app.blu, green: app.green}, better: higher, worse_by: {relative: 5%}}",
                "nothing produces the series 'app.blu'; did you mean 'app.blue'?"
            ),
            (
                "{title: P, series: {blue: app.blue, grren: app.green}, better: higher, worse_by: {relative: 5%}}",
                "unknown key 'grren' in 'series'; did you mean 'green'?"
            ),
            (
                "{title: P, series: {blue: app.blue, green: app.rate}, better: higher, worse_by: {relative: 5%}}",
                "'app.rate' has another unit than 'app.blue'"
            ),
            (
                "{title: P, series: {blue: app.blue, green: app.blue}, better: higher, worse_by: {relative: 5%}}",
                "both colours have the same series"
            ),
            (
                "{title: P, series: {blue: app.rate, green: app.rate}, better: higher, worse_by: {relative: 5%}, samples: 9}",
                "nothing tells on how many events 'app.rate' stands"
            ),
            (
                "{title: P, series: {blue: app.blue, green: app.green}, better: higer, worse_by: {relative: 5%}}",
                "did you mean 'higher'?"
            ),
            (
                "{title: P, series: {blue: app.blue, green: app.green}, better: higher, worse_by: {}}",
                "'worse_by' needs 'relative' or 'absolute'"
            ),
            (
                "{title: P, series: {blue: app.blue, green: app.green}, better: higher, worse_by: {absolute: 5ms}}",
                "'absolute'"
            ),
            ("{title: P, series: {blue: app.blue, green: app.green}, better: higher}", "'worse_by' is missing"),
        ])
    func mistakes(kpi: String, complaint: String) {
        let found = errors(in: yaml(kpi))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }
}
