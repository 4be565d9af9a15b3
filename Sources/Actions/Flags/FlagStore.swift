package import Launch

/// Where flags are kept.
package protocol FlagStore: Sendable {
    /// What is kept of a flag now.
    func look(_ name: String) async throws(FlagStoreError) -> FlagLook
    /// The names of all flags that are kept, those that cannot be one among them; sorted.
    func names() async throws(FlagStoreError) -> [String]
    /// Writes a flag if it is still as it was looked at, and tells all who listen.
    func write(_ write: FlagWrite) async throws(FlagStoreError) -> FlagWritten
}

/// One look at a flag.
package struct FlagLook: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case absent
        case flag(FeatureFlag)
        /// It is no whole flag: why, and what can be made of it.
        case faulty(FlagFault, salvaged: FeatureFlag)
    }

    package var name: String
    package var state: State
    /// The hash as it was found: a write is refused where it is another.
    package var fields: [String: String]
    /// The store's own clock at the look.
    package var clock: Timestamp

    package init(name: String, fields: [String: String], clock: Timestamp) {
        self.name = name
        self.fields = fields
        self.clock = clock
        guard !fields.isEmpty else {
            state = .absent
            return
        }
        do throws(FlagFault) { state = .flag(try FeatureFlag(name: name, fields: fields)) } catch {
            state = .faulty(error, salvaged: FeatureFlag(salvaging: fields, name: name))
        }
    }

    /// The flag, or what can be made of it; nil where there is none.
    package var flag: FeatureFlag? {
        switch state {
        case .absent: nil
        case .flag(let flag), .faulty(_, let flag): flag
        }
    }

    package var glance: FlagGlance? { flag.map { FlagGlance($0) } }

    /// Who has it as it is, since when, and what it is: for whoever is refused because of it.
    package func moved(from before: FlagLook) -> String {
        guard let flag else { return "\(name) is gone" }
        let words =
            before.flag.map { FlagChange(from: $0, to: flag).words } ?? "none → \(FlagChange.state(flag))"
        // Who changes a hash by hand leaves the name and the time of whoever was before.
        let isSigned = flag.updatedAt != before.flag?.updatedAt || flag.version != before.flag?.version
        let who = flag.updatedBy.isEmpty || !isSigned ? "somebody who left no name" : flag.updatedBy
        let when = isSigned ? flag.updatedAt.map { " at \(FlagLook.time($0))" } ?? "" : ""
        return "\(name) was changed by \(who)\(when): \(words) (version \(flag.version))"
    }

    /// `14:31:02 UTC`
    static func time(_ time: Timestamp) -> String {
        let civil = Zone.utc.civil(time)
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) UTC"
    }
}

/// A flag to be written.
package struct FlagWrite: Hashable, Sendable {
    package var flag: FeatureFlag
    /// What it must still be.
    package var before: FlagLook
    /// Kept beside the change in the stream.
    package var reason: String
    /// By the store's own clock: a store that hung does not write it later, when nobody expects it any more.
    package var latest: Timestamp

    package init(flag: FeatureFlag, before: FlagLook, reason: String, latest: Timestamp) {
        self.flag = flag
        self.before = before
        self.reason = reason
        self.latest = latest
    }
}

/// What came of a write.
package enum FlagWritten: Hashable, Sendable {
    case done
    /// Somebody else was first: what it is now.
    case moved([String: String])
    /// The store executed it too late, and refused it.
    case late
}

/// What failed at the store.
package struct FlagStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// It did not answer: whether a write was done is not known.
        case silent
        /// It answered with an error: nothing was done.
        case refused
    }

    package var kind: Kind
    /// Why, on what, and what to do now.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
