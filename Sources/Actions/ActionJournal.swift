package import Launch

/// Where an action tells what it does. Nothing here throws: what the journal cannot take now is spooled, and written later.
package protocol ActionJournal: Sendable {
    /// Tells one event, in the order of the calls.
    func tell(_ event: ActionEvent) async
    /// Tells what is no step of an action but came of one, in the same order: a flag that changed.
    func tell(_ body: Event.Body) async
    /// Waits until what was told is kept somewhere, as long as `limit` allows.
    func settle(within limit: Duration) async
}

/// What became of an action.
package struct ActionResult: Hashable, Sendable {
    package var outcome: ActionOutcome
    /// What is so now, in a sentence.
    package var summary: String
    /// Edges that are not as they should be.
    package var missing: [String]
    /// What all edges should serve now; nil where it moved nothing.
    package var split: Split?

    package init(_ outcome: ActionOutcome, _ summary: String, missing: [String] = [], split: Split? = nil) {
        self.outcome = outcome
        self.summary = summary
        self.missing = missing
        self.split = split
    }
}

/// Tells the steps of one action, before and after each.
package struct ActionReporter: Sendable {
    package let id: ActionID
    let journal: any ActionJournal
    /// Also tells a person at a terminal.
    let follow: @Sendable (ActionEvent) -> Void

    package init(
        _ id: ActionID, journal: any ActionJournal, follow: @escaping @Sendable (ActionEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.journal = journal
        self.follow = follow
    }

    func tell(_ event: ActionEvent) async {
        follow(event)
        await journal.tell(event)
    }

    func tell(_ event: FlagEvent) async { await journal.tell(.flag(event)) }

    /// - Parameter title: of a step that was not told at the start.
    func begin(_ step: String, title: String? = nil) async {
        await tell(.stepStarted(.init(action: id, step: step, title: title)))
    }

    func note(_ step: String, _ text: String) async {
        await tell(.noted(.init(action: id, step: step, text: text)))
    }

    func end(
        _ step: String, _ outcome: ActionEvent.StepEnded.Outcome, _ detail: String, split: Split? = nil
    ) async {
        await tell(
            .stepEnded(.init(action: id, step: step, outcome: outcome, detail: detail, split: split?.name)))
    }

    func finish(_ result: ActionResult) async {
        await tell(
            .ended(
                .init(
                    action: id, outcome: result.outcome, summary: result.summary, missing: result.missing,
                    split: result.split?.name)))
    }
}
