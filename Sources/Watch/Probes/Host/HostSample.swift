/// The raw figures of a host at one look, from /proc or from a node_exporter; nil: not said.
package struct HostSample: Hashable, Sendable {
    /// Seconds or ticks of all CPUs, since boot.
    package var cpuBusy: Double?
    package var cpuIdle: Double?
    /// The load average of a minute.
    package var load: Double?
    package var memoryTotal: Double?
    package var memoryAvailable: Double?
    package var diskTotal: Double?
    /// What root could still write is not counted: it is not for the product.
    package var diskAvailable: Double?
    package var diskFree: Double?
    package var inodesTotal: Double?
    package var inodesFree: Double?
    /// Bytes since boot, loopback left out.
    package var received: Double?
    package var sent: Double?
    package var filesOpen: Double?
    package var filesMaximum: Double?

    package init() {}
}
