/// That the engine gives no sign of life: what is told to the journal is kept for it, and nobody acts on it before it is back.
package struct EngineSilence: Hashable, Sendable {
    /// When it last gave one; nil where none is known.
    package var since: Moment?

    /// Nil where the engine lives.
    package init?(_ beat: Heartbeat?, at now: Moment) {
        guard Heartbeat.isSilent(beat, at: now) else { return nil }
        since = beat?.at
    }

    /// `the engine is silent since 2026-03-09 09:00:00 ART`, as the beginning of a sentence.
    package func words(in zone: Zone) -> String {
        guard let since else { return "the engine is silent, and was never heard in this journal" }
        let at = zone.civil(since.utc)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = [at.hour, at.minute, at.second].map(two).joined(separator: ":")
        return "the engine is silent since \(at.year)-\(two(at.month))-\(two(at.day)) \(time) \(zone.abbreviation)"
    }
}
