extension LaunchConfiguration {
    /// How far back the errors and latencies of the colours reach: the longest window over which a probe counts them.
    package var colourWindow: Milliseconds {
        let kpis = deployment?.canary.analysis.kpis.flatMap { $0.sides.values.map(\.figure) } ?? []
        let wanted = Set(panes.colours.flatMap { [$0.errors, $0.latency] }.compactMap(\.self) + kpis)
        return probes.compactMap { probe -> Milliseconds? in
            guard case .metrics(let target) = probe.target else { return nil }
            return target.extracts.filter { wanted.contains(SeriesID("\(probe.name).\($0.name)")) }.map(\.window).max()
        }.max() ?? .minutes(1)
    }
}
