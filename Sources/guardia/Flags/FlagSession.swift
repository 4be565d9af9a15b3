import Actions
import ArgumentParser
import Foundation
import Journal
import Launch
import Settings
import Watch
import Wire

/// All that one command about flags needs: the flags of the launch, their store, the journal, and who acts.
struct FlagSession {
    let plan: FlagsPlan
    let launch: LaunchConfiguration
    let store: RedisFlagStore
    let journal: String
    let board: JournalBoard
    let identity: OperatorIdentity
    let zone: Zone
    let clock = SystemClock()
    private let redis: RedisClient
    private let reactor: Reactor
    /// Nil: it only looks, and tells nobody.
    private let teller: JournalTeller?

    init(_ options: some LaunchOptions, for kind: ActionKind?, isRescue: Bool = false) throws {
        let caller = try ActionCaller(options, for: kind, isRescue: isRescue)
        (identity, launch, journal) = (caller.identity, caller.launch, caller.journal)
        guard let plan = launch.flags else {
            throw Failure.usage(Told("\(options.config.path) has no section 'flags': no feature flag is known"))
        }
        self.plan = plan
        zone =
            (try? ZoneTable.make(
                name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc)) ?? .utc
        let secrets = SecretStore()
        let settings: RedisSettings
        do { settings = try RedisSettings(plan.target.redis) { try secrets.resolve($0) } } catch {
            throw Failure.usage(error)
        }
        reactor = try Reactor()
        redis = RedisClient(settings, on: reactor)
        store = RedisFlagStore(redis, of: plan)
        board = JournalBoard(journal)
        teller = kind == nil ? nil : JournalTeller(journal: journal, origin: Origin.name, clock: clock)
    }

    func reporter(_ id: ActionID, json: Bool) -> ActionReporter {
        ActionReporter(id, journal: teller ?? NoJournal()) { event in if !json { ActionPrinter.print(event) } }
    }

    /// Tells an event of another action: what is asked of it, or that it died.
    func tell(_ event: ActionEvent) async { await teller?.tell(event) }

    var trouble: String? { teller?.trouble }
    func settle() async { await teller?.settle(within: .seconds(5)) }

    func close() async {
        teller?.close()
        await redis.close()
        reactor.shutdown()
    }

    /// Lets everything go, prints the result and ends the process as it says.
    func finish(_ result: ActionResult, _ id: ActionID, json: Bool) async -> ExitCode {
        await settle()
        if let trouble { Output.error(trouble) }
        await close()
        ActionPrinter.print(result, id, json: json)
        return ExitCode(result.outcome.exitCode)
    }

    // MARK: Approvals

    /// The wait that the launch config asks for before `kind`.
    func approvals(of kind: ActionKind, _ id: ActionID, breakGlass: Bool) -> ApprovalDesk {
        ApprovalDesk(kind, id, by: identity.who, of: launch, board, breakGlass: breakGlass, clock: clock)
    }

    /// Says it to whoever is about to confirm.
    func mindApproval(of kind: ActionKind) {
        if launch.approvals.count(for: kind) > 0 { Output.line("mind: \(launch.approvals.words(for: kind))") }
    }

    // MARK: Looking

    func look(_ name: String) async -> Result<FlagLook, FlagStoreError> {
        do throws(FlagStoreError) { return .success(try await store.look(name)) } catch { return .failure(error) }
    }

    /// The flag before it is changed, to be shown; refuses where it cannot be looked at.
    func lookOrFail(_ name: String) async throws -> FlagLook {
        if let trouble = FlagName.trouble(with: name) { throw Failure.usage(Told("'\(name)': \(trouble)")) }
        switch await look(name) {
        case .success(let look): return look
        case .failure(let error):
            await close()
            throw Failure.failed(Told("nothing was changed: \(error)"))
        }
    }

    /// How many users the product has, as the journal has it now.
    func users() async -> Double? {
        guard let id = plan.users, let board = await board.board() else { return nil }
        let judged = board.assessment(of: id, at: clock.now())
        return judged.freshness == .fresh || judged.freshness == .stale ? board.track(id)?.number : nil
    }

    // MARK: Words

    /// `14:31:02 ART (12 min ago)`
    func when(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        let seconds = max(0, (clock.now().utc - time).count / 1000)
        let age =
            switch seconds {
            case ..<60: "\(seconds) s"
            case ..<3600: "\(seconds / 60) min"
            case ..<172_800: "\(seconds / 3600) h"
            default: "\(seconds / 86_400) d"
            }
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", civil.year, civil.month, civil.day, civil.hour, civil.minute,
            civil.second) + " \(zone.abbreviation) (\(age) ago)"
    }

    /// Whom a change concerns, in a sentence.
    func concerns(_ change: FlagChange, _ users: Double?) -> String {
        let share =
            change.affected == change.affected.rounded()
            ? "\(Int(change.affected)) %" : AmountText(launch.figures).percent(change.affected, decimals: 2)
        var text =
            change.isReshuffled
            ? "\(share) of all users get it or lose it: they are dealt anew"
            : change.delta < 0 ? "\(share) of all users lose it" : "\(share) more of all users have it"
        if let users { text += ", \(Int((users * change.affected / 100).rounded())) of \(Int(users))" }
        return text
    }
}
