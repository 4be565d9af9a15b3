import Glibc

/// What the process has cost so far, as the kernel counts it.
enum Meter {
    /// CPU time of all threads, in seconds.
    static var cpu: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// A clock that no step touches, in seconds.
    static var now: Double { seconds(CLOCK_MONOTONIC) }

    /// Memory that would be free without this process, in bytes: `Private_Dirty` of smaps_rollup.
    static var privateMemory: Int {
        guard let file = fopen("/proc/self/smaps_rollup", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            guard strncmp(line, "Private_Dirty:", 14) == 0 else { continue }
            return line.withUnsafeBufferPointer { strtol($0.baseAddress! + 14, nil, 10) } * 1024
        }
        return 0
    }

    static func median(_ values: [Double]) -> Double { percentile(50, of: values) }

    static func percentile(_ percent: Int, of values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        return values.sorted()[(values.count - 1) * percent / 100]
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
