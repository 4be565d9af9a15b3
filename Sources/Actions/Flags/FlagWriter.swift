import Launch

/// Writes one change of a flag, and reads it back: a write that nobody read back is not known to be one.
struct FlagWriter: Sendable {
    /// What became of it.
    enum Result: Sendable {
        case proved(FlagLook)
        case moved(FlagLook, String)
        /// Nothing was written.
        case failed(String)
        /// It is not known; after `latest` by Redis' clock it cannot happen any more.
        case unknown(String)
    }

    let store: any FlagStore
    let plan: FlagsPlan
    let clock: any Clock
    let reporter: ActionReporter
    let by: Operator
    let reason: String
    /// In which times are told.
    var zone: Zone = .utc
    var pause: Pause = { try await Task.sleep(for: $0.duration) }

    /// How long a store may take to begin with a write before it refuses it.
    static let grace: Milliseconds = .seconds(5)
    /// How often a silent store is asked whether it wrote.
    private static let questions = 3

    /// - Parameter onWritten: called between the write and the proof.
    func change(
        _ look: FlagLook, to flag: FeatureFlag, onWritten: () async -> Void = {}
    ) async -> Result {
        var flag = flag
        // What a flag says of its own algorithm stays; one that says nothing says it from now on.
        flag.algorithm = look.flag?.algorithm ?? plan.target.algorithm
        flag.version = (look.flag?.version ?? 0) + 1
        flag.updatedBy = by.signature
        flag.updatedAt = clock.now().utc
        flag.change = reporter.id.text
        let write = FlagWrite(flag: flag, before: look, reason: reason, latest: look.clock + FlagWriter.grace)
        do throws(FlagStoreError) {
            switch try await store.write(write) {
            case .done: break
            case .late: return .failed("Redis came to it too late, and refused it")
            case .moved(let fields):
                let now = FlagLook(name: look.name, fields: fields, clock: look.clock)
                return .moved(now, now.moved(from: look, zone: zone))
            }
        } catch {
            if error.kind == .refused { return .failed(error.description) }
            return await afterSilence(write, error.description, onWritten)
        }
        await onWritten()
        return await prove(write)
    }

    private func prove(_ write: FlagWrite) async -> Result {
        do throws(FlagStoreError) {
            let now = try await store.look(write.flag.name)
            if now.flag == write.flag {
                await tell(write, now)
                return .proved(now)
            }
            // Written it was; that somebody changed it in the same breath is theirs to answer for.
            await tell(write, nil)
            return .moved(now, now.moved(from: FlagLook(write.flag, clock: now.clock), zone: zone))
        } catch {
            return await afterSilence(write, "it could not be read back: \(error.description)") {}
        }
    }

    /// The store did not say whether it wrote: it is asked again.
    private func afterSilence(
        _ write: FlagWrite, _ why: String, _ onWritten: () async -> Void
    ) async -> Result {
        for _ in 0..<Self.questions {
            guard let now = try? await store.look(write.flag.name) else {
                if (try? await pause(300)) == nil { break }
                continue
            }
            if now.flag == write.flag {
                await onWritten()
                await tell(write, now)
                return .proved(now)
            }
            if now.fields != write.before.fields { return .moved(now, now.moved(from: write.before, zone: zone)) }
            if now.clock > write.latest { return .failed("\(why); it was not written, and will not be") }
            if (try? await pause(300)) == nil { break }
        }
        return .unknown(
            "\(why); it can take effect until \(FlagLook.time(write.latest, zone)) by Redis' clock, not later")
    }

    private func tell(_ write: FlagWrite, _ now: FlagLook?) async {
        await reporter.tell(
            .changed(
                .init(
                    flag: write.flag.name, from: write.before.glance, to: now?.glance ?? FlagGlance(write.flag),
                    words: FlagChange(from: write.before.flag, to: write.flag).words, by: by.signature, reason: reason,
                    source: .guardia, action: reporter.id)))
    }
}

extension FlagLook {
    /// A look as it would be were a flag just written.
    init(_ flag: FeatureFlag, clock: Timestamp) {
        self.init(
            name: flag.name,
            fields: Dictionary(
                flag.values.filter { !$0.value.isEmpty }.map { ($0.field, $0.value) }, uniquingKeysWith: { $1 }),
            clock: clock)
    }
}
