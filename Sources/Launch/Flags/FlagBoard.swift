/// What the journal tells of flags: their changes, newest last, and their ramps.
package struct FlagBoard: Hashable, Sendable {
    /// A change, and when it was told.
    package struct Change: Hashable, Sendable {
        package var body: FlagEvent.Changed
        package var at: Moment
    }

    /// A ramp as far as it has come.
    package struct Ramp: Hashable, Sendable, Identifiable {
        package var planned: FlagEvent.RampPlanned
        package var turned: FlagEvent.RampTurned?
        package var at: Moment

        package var id: ActionID { planned.action }
        package var flag: String { planned.flag }
        package var plan: RampPlan { planned.plan }
    }

    /// How many changes and ramps are kept.
    package static let changeLimit = 500
    package static let rampLimit = 100

    package private(set) var changes: [Change] = []
    package private(set) var ramps: [Ramp] = []

    package init() {}

    package mutating func take(_ event: FlagEvent, at moment: Moment) {
        switch event {
        case .changed(let body):
            changes.append(Change(body: body, at: moment))
            if changes.count > FlagBoard.changeLimit { changes.removeFirst() }
        case .rampPlanned(let planned):
            guard ramp(planned.action) == nil else { return }
            ramps.append(Ramp(planned: planned, at: moment))
            if ramps.count > FlagBoard.rampLimit { ramps.removeFirst() }
        case .rampTurned(let turned):
            guard let index = ramps.lastIndex(where: { $0.id == turned.action }) else { return }
            ramps[index].turned = turned
        }
    }

    package func ramp(_ id: ActionID) -> Ramp? { ramps.last { $0.id == id } }

    /// The newest ramp of a flag, running or not.
    package func ramp(of flag: String) -> Ramp? { ramps.last { $0.flag == flag } }

    /// The newest change of a flag that was told.
    package func lastChange(of flag: String) -> Change? { changes.last { $0.body.flag == flag } }

    package func changes(of flag: String) -> [Change] { changes.filter { $0.body.flag == flag } }
}

extension Board {
    /// The newest ramp of a flag where it runs, or died and nobody has gone on with it or taken it back since.
    package func unfinishedRamp(of flag: String) -> ActionRecord? {
        guard let ramp = flags.ramp(of: flag), let record = actions[ramp.id] else { return nil }
        guard let end = record.ended else { return record }
        guard end.body.outcome == .died else { return nil }
        let isFollowed = actions.records.contains {
            $0.started.continues == ramp.id && $0.ended?.body.outcome != .refused
        }
        return isFollowed ? nil : record
    }

    /// The newest ramp of a flag where a guard made it step back, and nobody has decided about the flag since.
    package func steppedBackRamp(of flag: String) -> ActionRecord? {
        guard let ramp = flags.ramp(of: flag), ramp.turned?.standing == .steppedBack, let record = actions[ramp.id],
            record.ended != nil, flags.lastChange(of: flag)?.body.action == ramp.id
        else { return nil }
        return record
    }
}

/// A flag as a board knows it: what was read last, when, and why not since.
package struct FlagSight: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case known(FlagGlance)
        /// Redis holds something that is no flag, or nothing of that name.
        case faulty(String)
        /// It was never read.
        case never
    }

    package var state: State
    /// When it was read.
    package var readAt: Moment?
    package var freshness: Freshness
    /// Why the newest look brought nothing.
    package var miss: String?

    package var flag: FeatureFlag? {
        if case .known(let glance) = state { glance.flag } else { nil }
    }

    /// Whether it may be claimed that it is so now.
    package var isCurrent: Bool { freshness == .fresh || freshness == .stale }

    package init(of name: String, on board: Board, now: Moment, engineSilent: Bool) {
        let series = FlagSeries.state(name)
        guard let track = board.track(series) else {
            (state, freshness) = (.never, .never)
            return
        }
        freshness = board.assessment(of: series, at: now, engineSilent: engineSilent).freshness
        readAt = track.valueAt
        miss = track.miss
        switch track.text {
        case nil: state = .never
        case let text? where text.hasPrefix(FlagSeries.faultMark):
            state = .faulty(String(text.dropFirst(FlagSeries.faultMark.count)))
        case let text?:
            do throws(FlagFault) { state = .known(try FlagGlance(name: name, text: text)) } catch {
                state = .faulty(error.description)
            }
        }
    }
}

/// The series in which flags are recorded, by name.
package enum FlagSeries {
    /// The probe that looks at them.
    package static let probe = "flags"
    /// Begins the text of a flag that is none.
    package static let faultMark = "! "

    /// Text: ``FlagGlance/text``, or what is wrong.
    package static func state(_ flag: String) -> SeriesID { SeriesID("\(probe).state.\(flag)") }
    /// Per cent of the users who have it: 0 where it is off.
    package static func share(_ flag: String) -> SeriesID { SeriesID("\(probe).share.\(flag)") }
    /// How many flags of the launch config are missing or are none.
    package static let faulty = SeriesID("\(probe).faulty")
}
