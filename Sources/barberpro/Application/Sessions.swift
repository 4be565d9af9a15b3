import Wire

/// Who is signed in: a token in Redis that forgets itself half an hour after its last use.
struct Sessions: Sendable {
    private let redis: RedisClient
    private static let lifetime = "1800"

    init(_ redis: RedisClient) { self.redis = redis }

    /// Opens a session; returns its token.
    func open(user: String) async throws(WireError) -> String {
        var random = SystemRandomNumberGenerator()
        let token = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        _ = try await redis.command(["SET", "session:\(token)", user, "EX", Sessions.lifetime], deadline: .seconds(1))
        return token
    }

    /// The user of a session; nil where it does not exist any more.
    func user(of token: String) async throws(WireError) -> String? {
        try await redis.command(["GETEX", "session:\(token)", "EX", Sessions.lifetime], deadline: .seconds(1)).string
    }

    /// Whether sessions can be opened: a Redis that is full still reads.
    func check(within limit: Duration) async throws(WireError) {
        _ = try await redis.command(["SET", "healthz", "1", "EX", "10"], deadline: limit)
    }
}
