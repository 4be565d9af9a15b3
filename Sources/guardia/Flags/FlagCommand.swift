import ArgumentParser

/// `guardia flag …`: who has a feature.
struct FlagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flag", abstract: "Feature flags: look at them, change them, let them grow, ask who has them.",
        discussion: """
            Flags live in Redis, a hash each, where the applications read them (docs/flags.md). A change is refused where \
            somebody else was first; what was written is read back. A ramp is an action of its own: it goes on when the \
            terminal is closed, holds while its guard is not ok, and steps back when it is critical.

            Exit codes: 0 done, 1 failed (nothing was written, or the share is as it was before), 2 wrong usage, 3 refused \
            or pre-empted (with what changed), 4 a person is needed: it is not known what is so, or a ramp stepped back.
            """,
        subcommands: [
            FlagList.self, FlagGet.self, FlagSetCommand.self, FlagOn.self, FlagOff.self, FlagRampCommand.self,
            FlagPause.self, FlagResume.self, FlagAbort.self, FlagWho.self, FlagAllow.self, FlagCheck.self,
        ], defaultSubcommand: FlagList.self)
}
