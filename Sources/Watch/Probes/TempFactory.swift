import Launch
import Wire
actor NullProber: Prober { func look(deadline: Duration) async throws -> [Finding] { throw ProbeFailure("not built") }; func close() async {} }
func makeProber(for probe: Probe, in context: ProbeContext) throws -> any Prober {
    switch probe.target {
    case .postgres(let t): PostgresProber(t, in: context)
    case .redis(let t): try RedisProber(t, in: context)
    case .http(let t): HTTPProber(t, interval: probe.interval, in: context)
    case .metrics(let t): MetricsProber(t, interval: probe.interval, in: context)
    case .prometheus(let t): PrometheusProber(t, in: context)
    case .host(let t): HostProber(t, in: context)
    case .clock(let t): ClockProber(t, in: context)
    case .tls(let t): TLSProber(t, in: context)
    case .door(let t): DoorProber(t, in: context)
    case .nginx, .command: NullProber()
    }
}
