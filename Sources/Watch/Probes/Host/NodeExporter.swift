/// The same figures as node_exporter has them.
package struct NodeExporter: Sendable {
    /// What is read of the exposition.
    package static let metrics = [
        "node_cpu_seconds_total", "node_load1", "node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes",
        "node_filesystem_size_bytes", "node_filesystem_avail_bytes", "node_filesystem_free_bytes",
        "node_filesystem_files", "node_filesystem_files_free", "node_network_receive_bytes_total",
        "node_network_transmit_bytes_total", "node_filefd_allocated", "node_filefd_maximum",
    ]

    private let mount: String
    package private(set) var sample = HostSample()

    /// - Parameter mount: the mount point whose space and inodes are read.
    package init(mount: String) { self.mount = mount }

    package mutating func take(_ found: ExpositionSample) {
        let value = found.value
        switch Self.metrics[found.metric] {
        case "node_cpu_seconds_total":
            switch found["mode"] {
            case "idle", "iowait": sample.cpuIdle = (sample.cpuIdle ?? 0) + value
            // Guest time is in user time already.
            case "guest", "guest_nice": break
            default: sample.cpuBusy = (sample.cpuBusy ?? 0) + value
            }
        case "node_load1": sample.load = value
        case "node_memory_MemTotal_bytes": sample.memoryTotal = value
        case "node_memory_MemAvailable_bytes": sample.memoryAvailable = value
        case "node_network_receive_bytes_total" where found["device"] != "lo":
            sample.received = (sample.received ?? 0) + value
        case "node_network_transmit_bytes_total" where found["device"] != "lo":
            sample.sent = (sample.sent ?? 0) + value
        case "node_filefd_allocated": sample.filesOpen = value
        case "node_filefd_maximum": sample.filesMaximum = value
        case let metric where found["mountpoint"] == mount: takeDisk(metric, value)
        default: break
        }
    }

    private mutating func takeDisk(_ metric: String, _ value: Double) {
        switch metric {
        case "node_filesystem_size_bytes": sample.diskTotal = value
        case "node_filesystem_avail_bytes": sample.diskAvailable = value
        case "node_filesystem_free_bytes": sample.diskFree = value
        case "node_filesystem_files": sample.inodesTotal = value
        case "node_filesystem_files_free": sample.inodesFree = value
        default: break
        }
    }
}
