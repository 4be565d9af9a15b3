import Glibc

/// A pipe whose two ends never block and do not reach child processes: signals and other threads write, the loop polls.
struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Everything written since the last call.
    func drain() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        var all: [UInt8] = []
        while true {
            let count = read(reading, &bytes, bytes.count)
            guard count > 0 else { return all }
            // Wake-ups by the thousand must not grow the list: a byte says the same once or often.
            for byte in bytes[..<count] where !all.contains(byte) { all.append(byte) }
        }
    }

    func close() {
        _ = Glibc.close(reading)
        _ = Glibc.close(writing)
    }
}
