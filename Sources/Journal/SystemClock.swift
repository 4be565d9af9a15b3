import Glibc
package import Launch

/// The kernel's clocks, as every entry of a journal bears them.
package struct SystemClock: Clock {
    private let boot: BootID

    package init() { boot = SystemClock.readBootID() }

    package func now() -> Moment {
        Moment(
            utc: Timestamp(milliseconds: SystemClock.milliseconds(CLOCK_REALTIME)),
            uptime: Milliseconds(SystemClock.milliseconds(CLOCK_BOOTTIME)), boot: boot)
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The first 64 bits of `/proc/sys/kernel/random/boot_id`. Where it cannot be read, every process counts as a boot of
    /// its own: ages across processes then come from the wall clock, and no heartbeat is trusted.
    private static func readBootID() -> BootID {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "re") else {
            return BootID(rawValue: UInt64.random(in: 1 ... .max))
        }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else {
            return BootID(rawValue: UInt64.random(in: 1 ... .max))
        }
        let digits = buffer.prefix { $0 != 0 }.compactMap {
            Character(Unicode.Scalar(UInt8(bitPattern: $0))).hexDigitValue
        }
        return BootID(rawValue: digits.prefix(16).reduce(0) { $0 << 4 | UInt64($1) })
    }
}
