/// One figure that a probe brings at each look.
package struct Measure: Hashable, Sendable {
    /// The part after the dot in `probe.measure`.
    package var name: String
    package var title: String
    package var unit: Unit
    /// Bounds that hold unless the config says otherwise; most measures have none.
    package var thresholds: Thresholds?
    /// Taken less often than the probe's interval (a config test, a certificate).
    package var interval: Milliseconds?
    /// What it means when it does not come.
    package var absence: Series.Absence

    package init(
        _ name: String, _ title: String, _ unit: Unit, thresholds: Thresholds? = nil, interval: Milliseconds? = nil,
        absence: Series.Absence = .alarming
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.thresholds = thresholds
        self.interval = interval
        self.absence = absence
    }
}

extension Probe {
    /// Every series that this probe produces, whatever the config shows of it: the catalogue of measures.
    package var measures: [Measure] {
        let own: [Measure] =
            switch target {
            case .postgres(let target):
                (target.vitals
                    ? [
                        Measure("connect", "connect", .milliseconds, interval: .minutes(1)),
                        Measure("query", "query", .milliseconds),
                        Measure("connections", "connections", .count),
                        Measure("connections_used", "connections used", .percent),
                        Measure("longest_transaction", "longest transaction", .seconds),
                        Measure("blocked", "blocked sessions", .count),
                        Measure("deadlocks", "deadlocks", .perMinute),
                        Measure("cache_hit", "cache hit", .percent, absence: .normal),
                        Measure("replication_lag", "replication lag", .seconds, absence: .alarmingOnceSeen),
                        Measure("size", "database size", .bytes, interval: .minutes(1)),
                    ] : [])
                    + target.questions.flatMap(\.measures)
            case .redis(let target):
                [
                    Measure("ping", "PING", .milliseconds),
                    Measure("memory", "memory used", .bytes),
                    Measure("memory_used", "memory of maxmemory", .percent, absence: .alarmingOnceSeen),
                    Measure("evictions", "evictions", .perSecond),
                    Measure("hit_rate", "hit rate", .percent, absence: .normal),
                    Measure("clients", "clients", .count),
                    Measure("blocked_clients", "blocked clients", .count),
                    Measure("replication", "replication link", .verdict, absence: .alarmingOnceSeen),
                    Measure("save_age", "since last save", .seconds, absence: .alarmingOnceSeen),
                    Measure("persistence", "persistence", .verdict),
                ] + target.questions.flatMap(\.measures)
            case .http(let target):
                [
                    Measure("status", "status", .count),
                    Measure("total", "total", .milliseconds),
                    Measure("dns", "DNS", .milliseconds),
                    Measure("connect", "connect", .milliseconds),
                    Measure("tls", "TLS", .milliseconds),
                    Measure("first_byte", "first byte", .milliseconds),
                    Measure("size", "size", .bytes),
                    Measure("p50", "p50", .milliseconds),
                    Measure("p95", "p95", .milliseconds),
                    Measure("p99", "p99", .milliseconds),
                    Measure("errors", "errors", .percent),
                ]
                    + (target.version == nil ? [] : [Measure("version", "version", .text)])
                    + (target.cacheHeader == nil ? [] : [Measure("hit_rate", "cache hits", .percent)])
            case .nginx(let target):
                [
                    Measure("requests", "requests", .perSecond),
                    Measure("connections", "connections", .count),
                    Measure("reading", "reading", .count),
                    Measure("writing", "writing", .count),
                    Measure("waiting", "waiting", .count),
                    Measure("dropped", "dropped connections", .perSecond),
                ]
                    + (target.testCommand.isEmpty
                        ? [] : [Measure("config", "config", .verdict, interval: target.testInterval)])
            case .metrics(let target):
                (target.urls.count > 1 ? [Measure("answering", "endpoints that answer", .count)] : [])
                    + target.extracts.flatMap(\.measures)
            case .prometheus(let target):
                target.questions.flatMap(\.measures)
            case .host:
                [
                    Measure("cpu", "CPU", .percent),
                    Measure("load", "load", .count),
                    Measure("memory", "memory", .percent),
                    Measure("disk", "disk", .percent),
                    Measure("inodes", "inodes", .percent),
                    Measure("received", "received", .bytesPerSecond),
                    Measure("sent", "sent", .bytesPerSecond),
                    Measure("files", "open files", .percent),
                ]
            case .clock(let target):
                (target.kernel ? [Measure("synchronised", "clock synchronised", .verdict)] : [])
                    + [Measure("offset", "clock offset", .milliseconds)]
            case .tls:
                [
                    Measure(
                        "expires", "certificate", .days,
                        thresholds: Thresholds(warning: .below(30), critical: .below(7)))
                ]
            case .command(let target):
                [Measure("verdict", "plugin", .verdict), Measure("text", "says", .text)]
                    + target.perfdata.flatMap(\.measures)
            case .door(let target):
                [Measure("split", "split", .text)]
                    + target.colours.map { Measure("share.\($0)", "share of \($0)", .percent) }
            case .edge(let target): target.measures
            case .backup(let target): target.measures
            case .journey(let target): target.measures
            case .vantage(let target): target.measures
            case .flags(let target): target.measures
            case .defence(let target): target.plan.measures(of: target.deployment.edges.map(\.name))
            }
        return [Probe.up] + own
    }

    /// 1 when the look brought an answer, 0 when it failed: of every probe. An endpoint that refuses is known to be
    /// down, which is worse than unknown.
    private static let up = Measure("up", "up", .count, thresholds: Thresholds(critical: .below(1)))

    /// The series of this probe, with the catalogue's titles, units and bounds.
    package var series: [Series] {
        measures.map { measure in
            Series(
                id: SeriesID("\(name).\(measure.name)"), title: "\(name) \(measure.title)", unit: measure.unit,
                interval: max(measure.interval ?? interval, interval), thresholds: measure.thresholds,
                absence: measure.absence)
        }
    }
}

extension MetricsTarget.Extract {
    /// The measure of the events that a quantile or share stands on.
    package var events: String { "\(name).events" }

    /// Whether it tells what the places call themselves that its fan-out does not know: one extract of a family is enough.
    package var namesElsewhere: Bool {
        guard let by, by.hasElsewhere else { return false }
        return switch take {
        case .rate, .increase: true
        case .value, .quantile, .share: false
        }
    }

    /// What it brings at each look.
    var measures: [Measure] {
        let absence = take.absence
        func figure(_ name: String, _ unit: Unit, _ absence: Series.Absence) -> [Measure] {
            by?.measures(of: name, unit, absence: absence) ?? [Measure(name, name, unit, absence: absence)]
        }
        return figure(name, unit, absence)
            + (few == nil ? [] : figure(events, .count, .normal))
            + (namesElsewhere ? by.map { [$0.elsewhereNames(of: name)] } ?? [] : [])
    }
}

extension MetricsTarget.Extract.Take {
    /// A quantile or a share over no traffic is no number; a counter or a gauge that is gone is a broken exporter.
    fileprivate var absence: Series.Absence {
        switch self {
        case .quantile, .share: .normal
        case .value, .rate, .increase: .alarming
        }
    }
}
