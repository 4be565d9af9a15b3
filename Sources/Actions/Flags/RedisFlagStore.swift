package import Launch
package import Wire

/// Flags in Redis: a hash each, changed by a script that compares before it writes.
package struct RedisFlagStore: FlagStore {
    private let redis: RedisClient
    private let plan: FlagsPlan
    private let deadline: Duration

    /// How many keys a look through all of them may bring.
    private static let nameLimit = 10_000

    package init(_ redis: RedisClient, of plan: FlagsPlan, deadline: Duration = .seconds(2)) {
        self.redis = redis
        self.plan = plan
        self.deadline = deadline
    }

    package func look(_ name: String) async throws(FlagStoreError) -> FlagLook {
        let time = try await ask(["TIME"])
        guard let parts = time.array, parts.count == 2, let seconds = parts[0].number,
            let micros = parts[1].number, (0...1e12).contains(seconds), (0..<1e6).contains(micros)
        else { throw FlagStoreError(.refused, "Redis' answer to TIME is none") }
        let reply = try await ask(["HGETALL", plan.target.key(of: name)])
        return FlagLook(
            name: name, fields: Self.fields(reply),
            clock: Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(micros) / 1000))
    }

    package func names() async throws(FlagStoreError) -> [String] {
        let prefix = plan.target.prefix
        let pattern = prefix.map { "*?[]\\".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "*"
        var names: Set<String> = []
        var cursor = "0"
        repeat {
            let reply = try await ask(["SCAN", cursor, "MATCH", pattern, "COUNT", "500", "TYPE", "hash"])
            guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let keys = parts[1].array
            else { throw FlagStoreError(.refused, "Redis' answer to SCAN is none") }
            for key in keys { if let key = key.string { names.insert(String(key.dropFirst(prefix.count))) } }
            cursor = next
        } while cursor != "0" && names.count < Self.nameLimit
        return names.sorted()
    }

    package func write(_ write: FlagWrite) async throws(FlagStoreError) -> FlagWritten {
        let expected = FeatureFlag.fields.flatMap { [$0, write.before.fields[$0] ?? ""] }
        let fields = write.flag.values.flatMap { [$0.field, $0.value] }
        let audit = [
            "flag", write.flag.name, "version", "\(write.flag.version)", "by", write.flag.updatedBy, "at",
            write.flag.updatedAt.map { "\($0.milliseconds)" } ?? "", "change", write.flag.change, "words",
            FlagChange(from: write.before.flag, to: write.flag).words, "reason", write.reason,
        ]
        let reply = try await ask(
            [
                "EVAL", Self.script, "2", plan.target.key(of: write.flag.name), plan.stream, plan.channel,
                "\(write.latest.milliseconds)", write.before.fields.isEmpty ? "0" : "1", "\(FeatureFlag.fields.count)",
            ] + expected + fields + audit)
        switch reply.array?.first?.string {
        case "done": return .done
        case "late": return .late
        case "moved": return .moved(Self.fields(reply.array?.dropFirst().first ?? .null))
        default: throw FlagStoreError(.refused, "Redis' answer to the script is none: \(reply)")
        }
    }

    private func ask(_ words: [String]) async throws(FlagStoreError) -> RedisValue {
        do throws(WireError) { return try await redis.command(words, deadline: deadline) } catch {
            switch error.kind {
            case .server, .denied, .unreachable, .unresolved, .invalid, .outOfResources:
                throw FlagStoreError(.refused, error.description)
            case .timedOut, .cancelled, .closed, .malformed, .tooLarge, .untrusted:
                throw FlagStoreError(.silent, error.description)
            }
        }
    }

    private static func fields(_ reply: RedisValue) -> [String: String] {
        let texts = (reply.array ?? []).map { $0.string ?? "" }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: texts.count - 1, by: 2) { fields[texts[index]] = texts[index + 1] }
        return fields
    }

    /// KEYS: the hash, the stream. ARGV: channel, the latest time (ms, Redis' own clock), whether the hash must exist, how many
    /// fields; as many pairs that it must hold now, as many that it is to hold ('' is: none), and the entry of the stream.
    ///
    /// One script is one step to Redis: nobody reads or writes in between, and it is done whole or not at all.
    private static let script = """
        local time = redis.call('TIME')
        if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[2]) then return {'late'} end
        local have = redis.call('HGETALL', KEYS[1])
        local now = {}
        for i = 1, #have, 2 do now[have[i]] = have[i + 1] end
        local count = tonumber(ARGV[4])
        if (#have > 0) ~= (ARGV[3] == '1') then return {'moved', have} end
        for i = 5, 3 + 2 * count, 2 do
            if (now[ARGV[i]] or '') ~= ARGV[i + 1] then return {'moved', have} end
        end
        local first = 5 + 2 * count
        for i = first, first + 2 * count - 2, 2 do
            if ARGV[i + 1] == '' then
                redis.call('HDEL', KEYS[1], ARGV[i])
            else
                redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
            end
        end
        local entry = {'XADD', KEYS[2], 'MAXLEN', '~', '10000', '*'}
        for i = first + 2 * count, #ARGV do entry[#entry + 1] = ARGV[i] end
        redis.call(unpack(entry))
        redis.call('PUBLISH', ARGV[1], cjson.encode({flag = ARGV[first + 2 * count + 1], version = ARGV[first + 2 * count + 3]}))
        return {'done'}
        """
}
