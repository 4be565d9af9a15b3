/// Who may do what: the `operators:` section of the launch config.
package struct OperatorRules: Hashable, Sendable, Codable {
    package struct Rule: Hashable, Sendable, Codable {
        package enum Subject: Hashable, Sendable, Codable {
            case user(String)
            case group(String)
            /// Whoever can run it: for a rehearsal, and for a machine of one's own.
            case anyone
        }

        package var who: Subject
        /// Nil: everything.
        package var may: Set<ActionKind>?

        package init(who: Subject, may: Set<ActionKind>? = nil) {
            self.who = who
            self.may = may
        }
    }

    package var rules: [Rule]

    package init(rules: [Rule]) { self.rules = rules }

    /// Where the config does not say: the members of the group `guardia`.
    package static let standard = OperatorRules(rules: [Rule(who: .group("guardia"))])

    /// Why an operator may not do something; nil where they may. The superuser and the service user itself may everything:
    /// whoever is one of them can change the rules.
    package func refusal(of kind: ActionKind, by name: String, uid: UInt32, groups: Set<String>) -> String? {
        if uid == 0 { return nil }
        let matching = rules.filter { rule in
            switch rule.who {
            case .user(let user): user == name
            case .group(let group): groups.contains(group)
            case .anyone: true
            }
        }
        if matching.contains(where: { $0.may?.contains(kind) ?? true }) { return nil }
        if matching.isEmpty { return "\(name) is no operator of this launch: see `operators:` in its config" }
        return "\(name) may not \(kind.rawValue): see `operators:` in the launch config"
    }
}
