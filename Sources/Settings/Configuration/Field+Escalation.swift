import Launch

/// Contacts, schedules and policies.
extension Field {
    /// A list of mappings, each with a name of its own.
    func named<Value: Identifiable>(_ what: String, _ read: (Field) -> Value?) -> [Value] where Value.ID == String {
        var seen: Set<String> = []
        return items().compactMap { item in
            guard let value = read(item) else { return nil }
            if !value.id.isEmpty, !seen.insert(value.id).inserted {
                item.error("there is a \(what) '\(value.id)' already")
            }
            return value
        }
    }

    /// One of the names that are known; says what is meant where it is none of them.
    func reference(to what: String, in names: some Sequence<String>) -> String? {
        parse { text throws(Misfit) in
            let names = names.sorted()
            if names.contains(text) { return text }
            throw Misfit(
                "there is no \(what) \(text.quoted)",
                hint: Nearest.hint(for: text, among: names)
                    ?? (names.isEmpty ? nil : "known here: \(names.joined(separator: ", "))"))
        }
    }

    // MARK: Contacts

    func contact(channels: [ChannelPlan]) -> Contact? {
        mapping { fields in
            let name = fields.required("name")?.identifier() ?? ""
            let ways = fields.required("ways")
            let list = ways?.pairs().compactMap { _, place, value in value.way(at: place, channels: channels) } ?? []
            if let ways, list.isEmpty, !fields.source.findings.hasErrors {
                ways.error("there is no way to reach '\(name)'")
            }
            return Contact(
                name: name, title: fields.optional("title")?.words() ?? name,
                role: fields.optional("role")?.words() ?? "",
                ways: list)
        }
    }

    /// `sms: "+5491155550101"`, or a reference: an address that stands in no file that many read.
    private func way(at place: Place, channels: [ChannelPlan]) -> Contact.Way? {
        guard let text = text() else { return nil }
        let names = channels.map(\.name)
        guard names.contains(key) else {
            source.findings.error(
                place, "there is no channel \(key.quoted)",
                hint: Nearest.hint(for: key, among: names)
                    ?? (names.isEmpty
                        ? "'channels' says how notifications leave" : "known here: \(names.joined(separator: ", "))"))
            return nil
        }
        if text.hasPrefix("env:") || text.hasPrefix("file:") { _ = secret() }
        guard text.utf8.count <= 400, !text.contains(where: \.isNewline) else {
            error("'\(key)': this is no address")
            return nil
        }
        return Contact.Way(channel: key, address: text)
    }

    func secretText() -> SecretText? {
        guard let text = text() else { return nil }
        if text.hasPrefix("env:") || text.hasPrefix("file:") { return secret().map { .secret($0) } }
        return url().map { .plain($0) }
    }

    // MARK: Schedules

    func schedule(contacts: Set<String>) -> OnCallSchedule? {
        mapping { fields in
            OnCallSchedule(
                name: fields.required("name")?.identifier() ?? "",
                layers: fields.required("layers")?.items().compactMap { $0.layer(contacts: contacts) } ?? [],
                overrides: fields.optional("overrides")?.items().compactMap { $0.override(contacts: contacts) } ?? [],
                pagerDuty: fields.optional("pagerduty")?.words())
        }
    }

    private func layer(contacts: Set<String>) -> OnCallSchedule.Layer? {
        mapping { fields in
            let rotation =
                fields.required("rotation")?.choice(
                    ["daily": .daily, "weekly": .weekly] as KeyValuePairs<String, OnCallSchedule.Layer.Rotation>)
                ?? .weekly
            var (weekday, minute) = (1, 540)
            fields.optional("handover")?.parse { text throws(Misfit) in
                let words = text.split(separator: " ")
                guard let time = words.last, words.count == (rotation == .weekly ? 2 : 1) else {
                    throw Misfit(
                        "\(text.quoted) is not when a \(rotation.rawValue) turn ends",
                        hint: rotation == .weekly ? "write it as Mon 09:00" : "write it as 09:00")
                }
                if rotation == .weekly { weekday = try CalendarText.weekday(words[0]) }
                minute = try CalendarText.minuteOfDay(time) % 1440
            }
            let people = fields.required("contacts")
            let names = people?.items().compactMap { $0.reference(to: "contact", in: contacts) } ?? []
            if let people, names.isEmpty, !fields.source.findings.hasErrors { people.error("nobody takes a turn") }
            return OnCallSchedule.Layer(
                rotation: rotation, every: fields.optional("every")?.integer(in: 1...52) ?? 1, handover: minute,
                weekday: weekday, contacts: names,
                firstDay: fields.optional("from")?.parse { text throws(Misfit) in try CalendarText.day(text) },
                hours: fields.optional("hours")?.hours())
        }
    }

    private func override(contacts: Set<String>) -> OnCallSchedule.Override? {
        mapping { fields in
            let from = fields.required("from")?.parse(CalendarText.timestamp) ?? Timestamp(seconds: 0)
            let until = fields.required("until")
            let end = until?.parse(CalendarText.timestamp) ?? from
            if let until, end <= from, !fields.source.findings.hasErrors { until.error("it ends before it begins") }
            return OnCallSchedule.Override(
                contact: fields.required("contact")?.reference(to: "contact", in: contacts) ?? "", from: from,
                until: end)
        }
    }

    /// One range or a list of them.
    func hours() -> BusinessHours? {
        let ranges = (isList ? items() : [self]).compactMap { field in
            field.parse { text throws(Misfit) in try CalendarText.hours(text) }
        }
        return ranges.isEmpty ? nil : BusinessHours(ranges)
    }

    // MARK: Policies

    func policy(_ names: EscalationNames) -> EscalationPolicy? {
        mapping { fields in
            let steps = fields.required("steps")
            let list = steps?.items().compactMap { $0.step(names) } ?? []
            if let steps, list.isEmpty, !fields.source.findings.hasErrors { steps.error("there is no step") }
            return EscalationPolicy(
                name: fields.required("name")?.identifier() ?? "", steps: list,
                repeats: fields.optional("repeats")?.integer(in: 0...9) ?? 0,
                groupBy: fields.optional("group_by")?.texts(), hours: fields.optional("hours")?.severityHours())
        }
    }

    /// `Mon-Fri 09:00-18:00` for everything below critical, or hours by severity.
    private func severityHours() -> SeverityHours? {
        guard isMapping else { return hours().map { SeverityHours(info: $0, warning: $0) } }
        return mapping { fields in
            SeverityHours(
                info: fields.optional("info")?.hours(), warning: fields.optional("warning")?.hours(),
                critical: fields.optional("critical")?.hours())
        }
    }

    private func step(_ names: EscalationNames) -> EscalationPolicy.Step? {
        mapping { fields in
            let notify = fields.required("notify")
            let targets = notify.map { $0.isList ? $0.items() : [$0] } ?? []
            let list = targets.compactMap { $0.target(names) }
            if let notify, list.isEmpty, !fields.source.findings.hasErrors { notify.error("the step tells nobody") }
            return EscalationPolicy.Step(
                notify: list, wait: fields.optional("wait")?.duration(.seconds(1) ... .hours(24)) ?? .minutes(5),
                severity: fields.optional("severity")?.severity() ?? .info)
        }
    }

    private func target(_ names: EscalationNames) -> EscalationPolicy.Target? {
        let target = mapping { fields -> EscalationPolicy.Target? in
            let by = fields.optional("by")
            let channels = by.map { $0.isList ? $0.texts() : [$0.text()].compactMap(\.self) } ?? []
            guard let who = fields.one(of: ["contact", "schedule", "channel"]) else {
                fields.error("whom a step tells is a 'contact', a 'schedule' or a 'channel'")
                return nil
            }
            switch who.key {
            case "contact":
                let contacts = names.contacts
                guard let name = who.reference(to: "contact", in: contacts.map(\.name)) else { return nil }
                let has = contacts.first { $0.name == name }?.ways.map(\.channel) ?? []
                for channel in channels where !has.contains(channel) {
                    by?.error(
                        "'\(name)' has no way '\(channel)'", hint: "they have \(has.joined(separator: ", "))")
                }
                return EscalationPolicy.Target(who: .contact(name), by: channels)
            case "schedule":
                for channel in channels where !names.channels.contains(channel) {
                    by?.error(
                        "there is no channel \(channel.quoted)", hint: Nearest.hint(for: channel, among: names.channels)
                    )
                }
                return who.reference(to: "schedule", in: names.schedules)
                    .map { EscalationPolicy.Target(who: .schedule($0), by: channels) }
            default:
                if let by { by.error("a channel tells by itself: 'by' is for people") }
                return who.reference(to: "channel", in: names.channels)
                    .map { EscalationPolicy.Target(who: .channel, by: [$0]) }
            }
        }
        return target ?? nil
    }

    // MARK: What answers, what watches the watcher, what is done unasked

    func replies(contacts: Set<String>, channels: [ChannelPlan]) -> RepliesPlan? {
        let answering = channels.filter { ["sms", "slack"].contains($0.type) }.map(\.name)
        return mapping { fields in
            RepliesPlan(
                every: fields.optional("every")?.duration(.seconds(1) ... .minutes(5)) ?? .seconds(5),
                channels: fields.optional("channels")?.items()
                    .compactMap { $0.reference(to: "channel of type sms or slack", in: answering) } ?? [],
                pagerDuty: fields.optional("pagerduty")?.mapping { fields in
                    PagerDutyAPIPlan(
                        url: fields.optional("url")?.url() ?? "https://api.pagerduty.com",
                        token: fields.required("token")?.secret() ?? .environment(""),
                        users: Dictionary(
                            fields.optional("users")?.pairs().compactMap { user, _, value in
                                value.reference(to: "contact", in: contacts).map { (user, $0) }
                            } ?? [], uniquingKeysWith: { first, _ in first }))
                })
        }
    }

    func deadMan() -> DeadManPlan? {
        mapping { fields in
            let name = fields.required("name")?.identifier() ?? ""
            return DeadManPlan(
                name: name, url: fields.required("url")?.secretText() ?? .plain(""),
                method: fields.optional("method")?.oneOf(["GET", "HEAD", "POST", "PUT"]) ?? "GET",
                every: fields.optional("every")?.duration(.seconds(1) ... .minutes(10)) ?? .seconds(30),
                deadline: fields.optional("deadline")?.duration(.seconds(1) ... .seconds(30)) ?? .seconds(5))
        }
    }

    func response(policies: Set<String>) -> ResponsePlan? {
        let response = mapping { fields -> ResponsePlan? in
            let name = fields.required("name")?.identifier() ?? ""
            let trigger: ResponsePlan.Trigger?
            switch fields.one(of: ["when", "on"]) {
            case let field? where field.key == "when":
                let matchers = field.pairs().compactMap { label, _, value in
                    value.text().map { LabelMatcher(name: label, value: $0) }
                }
                if matchers.isEmpty, !fields.source.findings.hasErrors { field.error("it would answer every alert") }
                trigger = .alert(matchers)
            case let field?: trigger = field.choice(["watch-failed": .watchFailed])
            case nil:
                fields.error("a response needs 'when: {alertname: …}' or 'on: watch-failed'")
                trigger = nil
            }
            let deed: ResponsePlan.Deed?
            switch fields.one(of: ["run", "webhook", "rollback"]) {
            case let field? where field.key == "run":
                let words = field.argv()
                if words?.first?.contains("{") == true {
                    field.error("a command's program is fixed, it has no placeholder")
                }
                deed = words.map { .run($0) }
            case let field? where field.key == "webhook": deed = field.secretText().map { .webhook($0) }
            case let field?: deed = field.flag() == true ? .rollback : nil
            case nil:
                fields.error("a response needs 'run: […]', 'webhook: …' or 'rollback: true'")
                deed = nil
            }
            let plan = ResponsePlan(
                name: name, on: trigger ?? .watchFailed, deed: deed ?? .rollback,
                perHour: fields.optional("per_hour")?.integer(in: 1...60) ?? 2,
                deadline: fields.optional("deadline")?.duration(.seconds(1) ... .minutes(30)) ?? .seconds(30),
                recheck: fields.optional("recheck")?.duration(Milliseconds(0) ... .minutes(10)) ?? 0,
                dryRun: fields.optional("dry_run")?.flag() ?? false,
                escalate: fields.optional("escalate")?.reference(to: "policy", in: policies))
            return trigger == nil || deed == nil ? nil : plan
        }
        return response ?? nil
    }
}
