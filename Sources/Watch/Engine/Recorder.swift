package import Journal
package import Launch

/// What the engine asks of the journal. Nothing here throws: what cannot be written waits in the journal's own queue, and
/// the heartbeat says so.
package protocol Recorder: Sendable {
    func record(_ manifest: Manifest, at moment: Moment) async
    func record(_ tick: Tick) async
    func append(_ events: [Event.Body], at moment: Moment) async
    func beat(at moment: Moment) async
}

extension JournalRecorder: Recorder {}
