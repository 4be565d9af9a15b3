import Actions
import Journal
import Launch
import Settings

/// Who asks, and which journal is told: what every command needs that writes about a launch, and nothing that serves.
struct OperatorDesk {
    let identity: OperatorIdentity
    let journal: String

    /// - Parameter kind: what is to be done; nil: what everybody may.
    /// - Throws: an exit code, when it has been said why: 2 for a config that cannot be read, 3 for what one may not do.
    init(config: ConfigOptions, journal given: String?, kind: ActionKind?) throws {
        do { identity = try OperatorIdentity.of(config) } catch { throw Failure.refused(error) }
        if identity.isDelegated, let trouble = config.delegationTrouble { throw Failure.refused(Told(trouble)) }
        let launch: LaunchConfiguration
        do {
            let (file, warning) = try config.loadForRescue(isDelegated: identity.isDelegated)
            if let warning { Output.error(warning) }
            launch = file.configuration
        } catch {
            throw Failure.usage(error)
        }
        if let kind,
            let refusal = launch.operators.refusal(
                of: kind, by: identity.who.name, uid: identity.who.uid, groups: identity.groups)
        {
            throw Failure.refused(Told(refusal))
        }
        if identity.isDelegated, let given, given != launch.journal.path {
            throw Failure.refused(Told("--journal is not for operators behind sudo: it is \(launch.journal.path)"))
        }
        journal = try JournalOption.told(given, config, launch)
    }
}
