/// A flag as the fields of a Redis hash: what applications read.
extension FeatureFlag {
    /// The fields that are ours, in the order in which they are written; others in the hash are left alone.
    package static let fields = [
        "enabled", "rollout", "variants", "salt", "stickiness", "allow", "algorithm", "version", "updated_by",
        "updated_at", "change",
    ]

    /// How many users an allow-list may name, and how long a name may be.
    package static let allowLimit = 1000
    package static let userLimit = 128

    /// - Throws: what is wrong with it first, in the order of ``fields``.
    package init(name: String, fields: [String: String]) throws(FlagFault) {
        if let trouble = FlagName.trouble(with: name) { throw .name(name, why: trouble) }
        func value(_ field: String) -> String? { fields[field].flatMap { $0.isEmpty ? nil : $0 } }
        guard let enabled = value("enabled") else { throw .missing(field: "enabled") }
        guard let isEnabled = FeatureFlag.flag(enabled) else {
            throw .malformed(field: "enabled", value: enabled, why: "it is 1 or 0")
        }
        guard let share = value("rollout") else { throw .missing(field: "rollout") }
        guard let rollout = Rollout(share) else {
            throw .malformed(field: "rollout", value: share, why: "it is from 0 to 100, with at most two decimals")
        }
        self.init(name: name, isEnabled: isEnabled, rollout: rollout)
        variants = try FlagVariant.list(value("variants") ?? "")
        if let salt = value("salt") {
            if let why = FeatureFlag.trouble(withWord: salt) { throw .malformed(field: "salt", value: salt, why: why) }
            self.salt = salt
        }
        if let field = value("stickiness") {
            if let why = FlagName.trouble(with: field) { throw .malformed(field: "stickiness", value: field, why: why) }
            stickiness = Stickiness(field)
        }
        allowed = try FeatureFlag.users(value("allow") ?? "")
        if let name = value("algorithm") {
            guard let algorithm = FlagAlgorithm(rawValue: name) else {
                throw .malformed(
                    field: "algorithm", value: name,
                    why: "known are \(FlagAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self.algorithm = algorithm
        }
        // What unleash cannot express its SDKs would read as something else.
        if let algorithm, let trouble = algorithm.trouble(with: rollout) {
            throw .malformed(field: "rollout", value: share, why: trouble)
        }
        if let text = value("version") {
            guard let version = Int64(text), version >= 0 else {
                throw .malformed(field: "version", value: text, why: "it is a whole number")
            }
            guard version < FeatureFlag.versionLimit else {
                throw .malformed(field: "version", value: text, why: "no flag was changed that often")
            }
            self.version = version
        }
        // From outside, and of no use past a line.
        updatedBy = String((value("updated_by") ?? "").prefix(FeatureFlag.userLimit))
        updatedAt = value("updated_at").flatMap { Int64($0) }.map { Timestamp(milliseconds: $0.withinRecordedTime) }
        change = String((value("change") ?? "").prefix(FeatureFlag.userLimit))
    }

    /// Beyond it the next version could not be counted; whoever kills such a flag begins at one again.
    private static let versionLimit: Int64 = 1 << 52

    /// What can be made of fields that are no whole flag: everything that is wrong becomes off or nothing. From here somebody
    /// mends it.
    package init(salvaging fields: [String: String], name: String) {
        let usual: [String: String] = ["enabled": "0", "rollout": "0"]
        var kept = usual
        for field in FeatureFlag.fields {
            guard let value = fields[field], !value.isEmpty else { continue }
            var tried = kept
            tried[field] = value
            if (try? FeatureFlag(name: name, fields: tried)) != nil { kept = tried }
        }
        self = (try? FeatureFlag(name: name, fields: kept)) ?? FeatureFlag(name: name, isEnabled: false)
    }

    /// Every field of ours; an empty text stands for one that is not there.
    package var values: [(field: String, value: String)] {
        [
            ("enabled", isEnabled ? "1" : "0"), ("rollout", rollout.description),
            ("variants", FlagVariant.text(variants)), ("salt", salt ?? ""),
            ("stickiness", stickiness == .standard ? "" : stickiness.field),
            ("allow", allowed.joined(separator: " ")), ("algorithm", algorithm?.rawValue ?? ""),
            ("version", "\(version)"), ("updated_by", updatedBy),
            ("updated_at", updatedAt.map { "\($0.milliseconds)" } ?? ""), ("change", change),
        ]
    }

    private static func flag(_ text: String) -> Bool? {
        switch text {
        case "1", "true": true
        case "0", "false": false
        default: nil
        }
    }

    /// The users of an allow-list, separated by spaces.
    package static func users(_ text: String) throws(FlagFault) -> [String] {
        let users = text.split(separator: " ").map(String.init)
        func fault(_ why: String) -> FlagFault { .malformed(field: "allow", value: text, why: why) }
        guard users.count <= allowLimit else { throw fault("it names \(users.count) users, \(allowLimit) will do") }
        for user in users { if let why = trouble(withWord: user) { throw fault(why) } }
        return users
    }

    /// Why a text cannot be a user's id or a salt; nil where it can.
    package static func trouble(withWord text: String) -> String? {
        if text.isEmpty { return "it is empty" }
        if text.utf8.count > userLimit { return "it has more than \(userLimit) bytes" }
        guard text.unicodeScalars.allSatisfy({ $0.value > 32 && !(0x7F...0xA0).contains($0.value) }) else {
            return "it has a space or a control character"
        }
        return nil
    }
}
