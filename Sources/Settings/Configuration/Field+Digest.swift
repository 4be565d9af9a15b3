import Launch

extension Field {
    /// One report or a list of them.
    func digests(channels: [ChannelPlan]) -> [DigestPlan] {
        guard isList else { return [digest(channels, name: "business")].compactMap { $0 } }
        return named("digest") { $0.digest(channels, name: nil) }
    }

    private func digest(_ channels: [ChannelPlan], name: String?) -> DigestPlan? {
        mapping { fields in
            let mail = channels.filter { $0.type == "email" }
            let field = fields.optional("channel")
            let channel =
                field?.reference(to: "e-mail channel", in: mail.map(\.name)) ?? (field == nil ? mail.first?.name : nil)
            if field == nil, mail.isEmpty, !fields.source.findings.hasErrors {
                fields.error("a digest goes by e-mail, and 'channels' has none", hint: "docs/channels.md, email")
            }
            let to = fields.optional("to")
            var mailboxes =
                to.map { $0.isList ? $0.items().compactMap { $0.mailbox() } : [$0.mailbox()].compactMap { $0 } } ?? []
            if to == nil {
                mailboxes = [mail.first { $0.name == channel }?.to].compactMap { $0 }.filter { !$0.isEmpty }
                if mailboxes.isEmpty, !fields.source.findings.hasErrors {
                    fields.error("a digest needs 'to': one mailbox or several")
                }
            }
            if Set(mailboxes).count != mailboxes.count { to?.error("'to': a mailbox stands here twice") }
            let at = fields.optional("at")
            let times =
                at.map {
                    ($0.isList ? $0.items() : [$0]).compactMap {
                        $0.parse { text throws(Misfit) in
                            try CalendarText.minuteOfDay(Substring(text)) % 1440
                        }
                    }
                } ?? []
            let after = fields.optional("after_launch")?.duration(.minutes(5) ... .days(30))
            if times.isEmpty, after == nil, !fields.source.findings.hasErrors {
                fields.error("it never goes: give 'at: [\"09:00\"]', 'after_launch: 24h', or both")
            }
            return DigestPlan(
                name: (fields.optional("name")?.identifier() ?? name) ?? "business", channel: channel ?? "",
                to: mailboxes,
                minutes: Array(Set(times)).sorted(), days: fields.optional("days").map { $0.weekdays() } ?? [],
                afterLaunch: after,
                language: fields.optional("language")?.choice(PeopleLanguage.words) ?? .english)
        }
    }

    /// `Mon-Fri`, or a list of weekdays.
    private func weekdays() -> [Int] {
        let fields = isList ? items() : [self]
        return fields.flatMap { field -> [Int] in
            field.parse { text throws(Misfit) in
                let parts = text.split(separator: "-", maxSplits: 1)
                guard let first = parts.first, let last = parts.last else {
                    throw Misfit("\(text.quoted) are no weekdays", hint: "write them as Mon-Fri")
                }
                let (from, to) = (try CalendarText.weekday(first), try CalendarText.weekday(last))
                return from <= to ? Array(from...to) : Array(from...7) + Array(1...to)
            } ?? []
        }
    }
}
