/// The files of /proc that tell how this machine does (proc(5)). A file that is not as expected leaves its figures nil.
package struct ProcFiles: Hashable, Sendable {
    package static let paths = [
        "/proc/stat", "/proc/loadavg", "/proc/meminfo", "/proc/net/dev", "/proc/sys/fs/file-nr",
    ]

    /// The figures of the files' texts, in the order of ``paths``.
    package static func sample(_ texts: [String]) -> HostSample {
        var sample = HostSample()
        guard texts.count == paths.count else { return sample }
        readCPU(texts[0], into: &sample)
        sample.load = texts[1].split(separator: " ").first.flatMap { Double($0) }
        readMemory(texts[2], into: &sample)
        readNetwork(texts[3], into: &sample)
        let files = texts[4].split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        if files.count == 3 { (sample.filesOpen, sample.filesMaximum) = (files[0] - files[1], files[2]) }
        return sample
    }

    /// `cpu user nice system idle iowait irq softirq steal guest guest_nice`, in ticks. Guest time is in user time already.
    private static func readCPU(_ text: String, into sample: inout HostSample) {
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard ticks.count >= 4 else { return }
        let idle = ticks[3] + (ticks.count > 4 ? ticks[4] : 0)
        sample.cpuIdle = idle
        sample.cpuBusy = ticks.reduce(0, +) - idle
    }

    private static func readMemory(_ text: String, into sample: inout HostSample) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, let kibibytes = Double(words[1]) else { continue }
            switch words[0] {
            case "MemTotal:": sample.memoryTotal = kibibytes * 1024
            case "MemAvailable:": sample.memoryAvailable = kibibytes * 1024
            default: continue
            }
        }
    }

    /// `eth0: bytes packets errs drop fifo frame compressed multicast bytes …`: the first and the ninth figure.
    private static func readNetwork(_ text: String, into sample: inout HostSample) {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].drop { $0 == " " }
            let fields = line[line.index(after: colon)...].split(separator: " ")
            guard name != "lo", fields.count >= 9, let received = Double(fields[0]), let sent = Double(fields[8]) else {
                continue
            }
            sample.received = (sample.received ?? 0) + received
            sample.sent = (sample.sent ?? 0) + sent
        }
    }
}
