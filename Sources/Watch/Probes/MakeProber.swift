package import Launch

/// The prober of a probe's kind.
package func makeProber(for probe: Probe, in context: ProbeContext) -> any Prober {
    switch probe.target {
    case .postgres(let target): PostgresProber(target, in: context)
    case .redis(let target): RedisProber(target, in: context)
    case .http(let target): HTTPProber(target, interval: probe.interval, in: context)
    case .nginx(let target): NginxProber(target, in: context)
    case .metrics(let target): MetricsProber(target, interval: probe.interval, in: context)
    case .prometheus(let target): PrometheusProber(target, in: context)
    case .host(let target): HostProber(target, in: context)
    case .clock(let target): ClockProber(target, in: context)
    case .tls(let target): TLSProber(target, in: context)
    case .command(let target): CommandProber(target, in: context)
    case .door(let target): DoorProber(target, in: context)
    case .edge(let target): EdgeProber(target, in: context)
    case .backup(let target): BackupProber(target, in: context)
    case .journey(let target): JourneyProber(target, in: context)
    case .vantage(let target): VantageProber(target, in: context)
    case .flags(let target): FlagsProber(target, in: context)
    case .defence(let target): DefenceProber(target, in: context)
    }
}
