package import Launch
package import Security
package import Wire

/// One way of looking at one target, with the connection that it keeps. Pinned to the Reactor; the poller around it
/// knows the schedule, the retries and the graph, so that a prober knows nothing but its protocol.
package protocol Prober: Actor {
    /// Looks once, within `deadline`, and returns what it found by measure name (the part after the dot in
    /// `probe.measure`). A measure that it leaves out was not due. `up` is the poller's business, unless an
    /// answer came that was no good: then the prober brings `up` as a miss, and says why.
    ///
    /// - Throws: when there was no answer to speak of; the error's description is what the operator reads.
    func look(deadline: Duration) async throws -> [Finding]

    /// Lets go of connections and handles.
    func close() async
}

/// What a look brought for one measure.
package struct Finding: Hashable, Sendable {
    package var measure: String
    package var measurement: Measurement

    package init(_ measure: String, _ measurement: Measurement) {
        self.measure = measure
        self.measurement = measurement
    }

    package init(_ measure: String, _ number: Double) { self.init(measure, .number(number)) }
}

/// What every prober is given.
package struct ProbeContext: Sendable {
    package var reactor: Reactor
    package var clock: any Clock
    /// Resolves a secret's reference just before use; throws a sentence that names the reference, never the value.
    package var secret: @Sendable (Secret) throws -> String
    /// The journal that the engine writes: what is known by it is read there.
    package var journal: String?
    /// What is turned away from the edges, where somebody else asks it too.
    package var refusals: RefusalDesk?

    /// The zone whose hours and weekdays the business has.
    package var zone: Zone
    /// Days on which the business is not as on others of their weekday.
    package var holidays: [LaunchHoliday]

    package init(
        reactor: Reactor, clock: any Clock, zone: Zone = .utc, holidays: [LaunchHoliday] = [], journal: String? = nil,
        refusals: RefusalDesk? = nil,
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.journal = journal
        self.refusals = refusals
        self.reactor = reactor
        self.clock = clock
        self.zone = zone
        self.holidays = holidays
        self.secret = secret
    }
}
