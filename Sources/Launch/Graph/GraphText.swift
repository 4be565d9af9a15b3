/// The graph of series as text, for people and for Graphviz.
package struct GraphText: Sendable {
    private let launch: LaunchConfiguration

    package init(_ launch: LaunchConfiguration) { self.launch = launch }

    /// One line a probe with its series, one line a derived series with its formula.
    package var plain: String {
        let byID = Dictionary(launch.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        let width = launch.probes.map(\.name.count).max() ?? 0
        lines.append("probes (\(launch.probes.count))")
        for probe in launch.probes {
            let name = probe.name.padded(to: width)
            let measures = probe.measures.map(\.name)
            let shown =
                measures.count > 12 ? Array(measures.prefix(12)) + ["and \(measures.count - 12) more"] : measures
            lines.append(
                "  \(name)  \(probe.target.kind.padded(to: 10))  every \(GraphText.span(probe.interval))  → "
                    + shown.joined(separator: ", "))
        }
        lines.append("derived (\(launch.derivations.count))")
        for derivation in launch.derivations {
            let unit = byID[derivation.series].map { " [\($0.unit.rawValue)]" } ?? ""
            lines.append("  \(derivation.series) = \(derivation.formula.text)\(unit)")
            lines.append("      ← " + derivation.formula.inputs.map(\.name).joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    /// A digraph: probes as boxes, series as ellipses, an edge from each input to what is computed from it.
    package var dot: String {
        var lines = ["digraph guardia {", "  rankdir=LR;"]
        let used = Set(launch.derivations.flatMap(\.formula.inputs))
        for probe in launch.probes {
            lines.append("  \(GraphText.quoted(probe.name)) [shape=box];")
            for series in probe.series where used.contains(series.id) {
                lines.append("  \(GraphText.quoted(probe.name)) -> \(GraphText.quoted(series.id.name));")
            }
        }
        for derivation in launch.derivations {
            for input in derivation.formula.inputs {
                lines.append("  \(GraphText.quoted(input.name)) -> \(GraphText.quoted(derivation.series.name));")
            }
        }
        lines.append("}")
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func span(_ interval: Milliseconds) -> String {
        switch interval.count {
        case let count where count % 60_000 == 0: "\(count / 60_000) min"
        case let count where count % 1000 == 0: "\(count / 1000) s"
        case let count: "\(count) ms"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}

extension Probe.Target {
    /// The kind of probe, as the config writes it.
    package var kind: String {
        switch self {
        case .postgres: "postgres"
        case .redis: "redis"
        case .http: "http"
        case .nginx: "nginx"
        case .metrics: "metrics"
        case .prometheus: "prometheus"
        case .host: "host"
        case .clock: "clock"
        case .tls: "tls"
        case .command: "command"
        case .door: "door"
        case .edge: "edge"
        case .backup: "backup"
        case .journey: "journey"
        case .vantage: "vantage"
        case .flags: "flags"
        case .defence: "defence"
        }
    }
}
