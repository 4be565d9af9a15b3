import Launch

extension Field {
    /// Who may do what: a list of `{user: …}`, `{group: …}` or `{anyone: true}`, each with `may: [deploy, rollback]`; without
    /// it, everything.
    func operatorRules() -> OperatorRules {
        let rules = items().compactMap { item -> OperatorRules.Rule? in
            let rule = item.mapping { fields -> OperatorRules.Rule? in
                let kinds = fields.optional("may")?.items().compactMap { $0.actionKind() }
                guard let who = fields.one(of: ["user", "group", "anyone"]) else {
                    fields.error("an operator needs 'user', 'group' or 'anyone: true'")
                    return nil
                }
                let subject: OperatorRules.Rule.Subject?
                switch who.key {
                case "user": subject = who.identifier().map { .user($0) }
                case "group": subject = who.identifier().map { .group($0) }
                default: subject = who.flag() == true ? .anyone : nil
                }
                return subject.map { OperatorRules.Rule(who: $0, may: kinds.map(Set.init)) }
            }
            return rule ?? nil
        }
        if rules.isEmpty, !source.findings.hasErrors {
            error("nobody is an operator: leave 'operators' out for the members of the group guardia")
        }
        return OperatorRules(rules: rules)
    }

    private func actionKind() -> ActionKind? {
        parse { text throws(Misfit) in
            let known = ActionKind.allCases.filter { $0 != .mend }
            if let kind = known.first(where: { $0.rawValue == text }) { return kind }
            let names = known.map(\.rawValue)
            throw Misfit(
                "\(text.quoted) is no action",
                hint: Nearest.hint(for: text, among: names) ?? names.joined(separator: ", "))
        }
    }
}
