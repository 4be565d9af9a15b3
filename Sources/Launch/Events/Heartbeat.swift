/// The engine's sign of life, overwritten once a second: by it every screen knows whether anyone is watching.
package struct Heartbeat: Hashable, Sendable {
    package var at: Moment
    /// Whether readings reach the disk; if not, why (`disk full`), in words for the operator.
    package var notRecording: String?

    package init(at: Moment, notRecording: String? = nil) {
        self.at = at
        self.notRecording = notRecording
    }

    /// How long without a beat before the engine counts as silent.
    package static let silence: Milliseconds = 5000

    /// Whether no beat has come for too long; judged by `CLOCK_BOOTTIME`, so a step of the wall clock cannot fake it.
    package static func isSilent(_ beat: Heartbeat?, at now: Moment) -> Bool {
        guard let beat else { return true }
        return beat.at.boot != now.boot || beat.at.age(at: now) > silence
    }
}
