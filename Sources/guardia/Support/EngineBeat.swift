import Journal
import Launch

/// Whether the engine that acts on what a journal is told gives a sign of life: one way to ask, for every command that tells it
/// something.
enum EngineBeat {
    /// - Returns: nil where it lives. A journal that cannot be read tells of no sign.
    static func silence(of journal: String, at now: Moment) -> EngineSilence? {
        EngineSilence((try? JournalReader(path: journal))?.heartbeat(), at: now)
    }
}
