import Launch
import Synchronization
import Wire

/// The feature flags that the application obeys, as Redis has them: read each second, for a publication can be missed. While Redis
/// does not answer, the newest that it said holds.
final class FeatureFlags: Sendable {
    private let redis: RedisClient
    private let names: [String]
    private let flags = Mutex<[String: FeatureFlag]>([:])

    init(_ redis: RedisClient, names: [String]) {
        self.redis = redis
        self.names = names
    }

    /// Reads them until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            for name in names { await read(name) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func read(_ name: String) async {
        guard let reply = try? await redis.command(["HGETALL", "flag:\(name)"], deadline: .seconds(1)).array else {
            return
        }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: reply.count - 1, by: 2) {
            fields[reply[index].string ?? ""] = reply[index + 1].string
        }
        // What is no flag gives nobody anything.
        let flag = try? FeatureFlag(name: name, fields: fields)
        flags.withLock { $0[name] = flag }
    }

    /// Whether a user has a feature.
    func isOn(_ name: String, for user: String) -> Bool {
        guard let flag = flags.withLock({ $0[name] }) else { return false }
        return FlagEvaluation(of: flag, for: FlagContext(user: user), by: .unleash).isOn
    }
}
