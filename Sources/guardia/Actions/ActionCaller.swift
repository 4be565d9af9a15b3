import Actions
import Launch
import Settings

/// Who calls an action, for which launch, and which journal is told: what every action's command line begins with.
struct ActionCaller {
    let identity: OperatorIdentity
    let launch: LaunchConfiguration
    let journal: String

    /// - Parameters:
    ///   - kind: what is to be done; nil: only to look, which is for whoever can read the config.
    ///   - isRescue: goes by the last good config where today's has errors.
    init(_ options: some LaunchOptions, for kind: ActionKind?, isRescue: Bool) throws {
        do { identity = try OperatorIdentity.of(options.config) } catch { throw Failure.refused(error) }
        // Whoever acts with the service user's rights may not bring a config of their own: it says which commands are run.
        if identity.isDelegated, let trouble = options.config.delegationTrouble { throw Failure.refused(Told(trouble)) }
        if let notice = options.config.notice { Output.error(notice) }
        do {
            if isRescue {
                let (found, warning) = try options.config.loadForRescue(isDelegated: identity.isDelegated)
                if let warning { Output.error(warning) }
                launch = found.configuration
            } else {
                launch = try options.config.loadAndKeep(isDelegated: identity.isDelegated).configuration
            }
        } catch {
            throw Failure.usage(error)
        }
        if let kind,
            let refusal = launch.operators.refusal(
                of: kind, by: identity.who.name, uid: identity.who.uid, groups: identity.groups)
        {
            throw Failure.refused(Told(refusal))
        }
        if identity.isDelegated, let journal = options.journal, journal != launch.journal.path {
            throw Failure.refused(Told("--journal is not for operators behind sudo: it is \(launch.journal.path)"))
        }
        journal = try JournalOption.told(options.journal, options.config, launch, isRescue: isRescue)
    }
}
