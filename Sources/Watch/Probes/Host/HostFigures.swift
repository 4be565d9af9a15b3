package import Launch

/// What successive samples of a host say.
package struct HostFigures: Sendable {
    private var cpu = CounterShare()
    private var received = Counter()
    private var sent = Counter()

    package init() {}

    package mutating func findings(of sample: HostSample, at uptime: Milliseconds) -> [Finding] {
        var findings: [Finding] = [
            Finding("load", sample.load.map(Measurement.number) ?? .missed("the load is not reported")),
            Finding("memory", Self.used(of: sample.memoryTotal, available: sample.memoryAvailable, "the memory")),
            Finding("disk", Self.disk(sample)),
            Finding("inodes", Self.inodes(sample)),
            Finding("files", Self.share(sample.filesOpen, of: sample.filesMaximum, "the number of open files")),
        ]
        if let busy = sample.cpuBusy, let idle = sample.cpuIdle {
            if let share = cpu.percent(hits: busy, misses: idle, at: uptime, nothing: "the CPU counters stand still") {
                findings.append(Finding("cpu", share))
            }
        } else {
            findings.append(Finding("cpu", .missed("the CPU time is not reported")))
        }
        findings += Self.traffic("received", sample.received, &received, at: uptime)
        findings += Self.traffic("sent", sample.sent, &sent, at: uptime)
        return findings
    }

    private static func traffic(
        _ measure: String, _ bytes: Double?, _ counter: inout Counter, at uptime: Milliseconds
    ) -> [Finding] {
        guard let bytes else { return [Finding(measure, .missed("no network interface is reported"))] }
        return counter.rate(to: bytes, at: uptime).map { [Finding(measure, $0)] } ?? []
    }

    private static func share(_ part: Double?, of whole: Double?, _ what: String) -> Measurement {
        guard let part, let whole, whole > 0 else { return .missed("\(what) is not reported") }
        return .number(min(max(part / whole * 100, 0), 100))
    }

    private static func used(of total: Double?, available: Double?, _ what: String) -> Measurement {
        guard let total, let available else { return .missed("\(what) is not reported") }
        return share(total - available, of: total, what)
    }

    /// As `df` has it: used of what an ordinary user may use, so that 100 % is when writing fails.
    private static func disk(_ sample: HostSample) -> Measurement {
        guard let total = sample.diskTotal, let available = sample.diskAvailable else {
            return .missed("the disk is not reported")
        }
        let used = total - (sample.diskFree ?? available)
        return share(used, of: used + available, "the disk")
    }

    /// Some file systems (btrfs) make inodes as they need them, and report none.
    private static func inodes(_ sample: HostSample) -> Measurement {
        if sample.inodesTotal == 0 { return .missed("this file system has no fixed number of inodes") }
        return used(of: sample.inodesTotal, available: sample.inodesFree, "the number of inodes")
    }
}
