import Actions
import Launch
import Synchronization

/// Flags in memory, with the troubles of a Redis.
final class FakeFlagStore: FlagStore {
    struct Now {
        var hashes: [String: [String: String]] = [:]
        /// Whether it answers at all.
        var isSilent = false
        /// What becomes of the next writes, one each; then all is well.
        var writes: [Write] = []
        var log: [String] = []
        /// Called between a look and the write that follows, once.
        var before: (@Sendable (inout [String: [String: String]]) -> Void)?
    }

    enum Write {
        case refused(String)
        /// It writes, and the answer is lost.
        case unheard
        /// It does not write, and the answer is lost.
        case lost
        case late
    }

    private let state = Mutex(Now())
    private let clock: any Clock

    init(_ flags: [FeatureFlag] = [], clock: any Clock) {
        self.clock = clock
        for flag in flags { put(flag) }
    }

    var now: Now { state.withLock { $0 } }

    func change(_ body: (inout Now) -> Void) { state.withLock { body(&$0) } }

    /// Puts a flag as another tool would.
    func put(_ flag: FeatureFlag) {
        let fields = Dictionary(
            flag.values.filter { !$0.value.isEmpty }.map { ($0.field, $0.value) },
            uniquingKeysWith: { first, _ in first })
        state.withLock { $0.hashes[flag.name] = fields }
    }

    func flag(_ name: String = "checkout-v2") -> FeatureFlag? {
        now.hashes[name].flatMap { try? FeatureFlag(name: name, fields: $0) }
    }

    private static let silence = FlagStoreError(.silent, "no answer within the deadline")

    func look(_ name: String) async throws(FlagStoreError) -> FlagLook {
        let (fields, isSilent) = state.withLock { ($0.hashes[name] ?? [:], $0.isSilent) }
        if isSilent { throw Self.silence }
        return FlagLook(name: name, fields: fields, clock: clock.now().utc)
    }

    func names() async throws(FlagStoreError) -> [String] { now.hashes.keys.sorted() }

    func write(_ write: FlagWrite) async throws(FlagStoreError) -> FlagWritten {
        let time = clock.now().utc
        let result = state.withLock { state -> Result<FlagWritten, FlagStoreError> in
            if state.isSilent { return .failure(Self.silence) }
            state.before?(&state.hashes)
            state.before = nil
            let outcome = state.writes.isEmpty ? nil : state.writes.removeFirst()
            switch outcome {
            case .refused(let why): return .failure(FlagStoreError(.refused, why))
            case .lost: return .failure(Self.silence)
            case .late: return .success(.late)
            case .unheard, nil: break
            }
            if time > write.latest { return .success(.late) }
            let have = state.hashes[write.flag.name] ?? [:]
            if have != write.before.fields { return .success(.moved(have)) }
            var fields = have
            for (field, value) in write.flag.values { fields[field] = value.isEmpty ? nil : value }
            state.hashes[write.flag.name] = fields
            state.log.append("\(write.flag.share) v\(write.flag.version)")
            if case .unheard = outcome { return .failure(Self.silence) }
            return .success(.done)
        }
        return try result.get()
    }
}
