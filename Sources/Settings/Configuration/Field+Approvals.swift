import Launch

extension Field {
    /// `{deploy: 1, flag-set: 1, within: 15m}`: how many others must approve an action, by its command's word.
    func approvals() -> ApprovalRules? {
        mapping { fields in
            var rules = ApprovalRules()
            for kind in ActionKind.allCases {
                guard let field = fields.optional(kind.rawValue) else { continue }
                if let why = kind.refusalOfApproval {
                    field.source.findings.error(
                        field.place, "\(kind.rawValue.quoted) is never asked to be approved: \(why)")
                    continue
                }
                rules.needed[kind] = field.integer(in: 0...5).flatMap { $0 > 0 ? $0 : nil }
            }
            rules.limit = fields.optional("within")?.duration(.minutes(1) ... .hours(24)) ?? rules.limit
            return rules
        }
    }
}
