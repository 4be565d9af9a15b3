import FoundationEssentials

/// What /proc says of the processes of this machine. Only `stat` is read: it is open to everyone, whoever the owner.
struct ProcessTable {
    struct Row: Equatable {
        var pid: Int32
        var state: Character
        var parent: Int32
        var session: Int32

        /// A row of `/proc/PID/stat`: pid (name) state parent group session …; the name may hold spaces and
        /// parentheses.
        init?(stat: String) {
            guard let open = stat.firstIndex(of: " "), let close = stat.lastIndex(of: ")") else { return nil }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 3, let pid = Int32(stat[..<open]), let state = fields[0].first,
                let parent = Int32(fields[1]), let session = Int32(fields[3])
            else { return nil }
            self.pid = pid
            self.state = state
            self.parent = parent
            self.session = session
        }

        /// Ended, and only its exit status is left.
        var isGone: Bool { state == "Z" || state == "X" }
        /// Stopped by a signal.
        var isStopped: Bool { state == "T" }
    }

    var rows: [Row]

    static func read() -> ProcessTable {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return ProcessTable(
            rows: names.lazy.filter { $0.first!.isNumber }.compactMap { name in
                endOfFile("/proc/\(name)/stat").flatMap { Row(stat: String(decoding: $0, as: UTF8.self)) }
            })
    }

    /// A server's processes, its leader first: the leader's session and its children.
    ///
    /// nginx keeps its workers in its own session, even when its master has died; PostgreSQL gives each backend a
    /// session.
    func members(of leader: Int32) -> [Row] {
        rows.filter { !$0.isGone && ($0.session == leader || $0.parent == leader || $0.pid == leader) }
            .sorted { ($0.pid == leader ? 0 : 1, $0.pid) < ($1.pid == leader ? 0 : 1, $1.pid) }
    }

    func row(_ pid: Int32) -> Row? { rows.first { $0.pid == pid && !$0.isGone } }
}
