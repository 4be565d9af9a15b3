import Launch

/// Reads who is told of alerts: `contacts`, `schedules`, `escalation`, `replies`, `dead_man` and `responses`.
struct EscalationReader {
    let zoneName: String

    func read(_ fields: Fields, into launch: inout LaunchConfiguration) {
        let contacts = fields.optional("contacts")
        let schedules = fields.optional("schedules")
        let policies = fields.optional("escalation")
        let channels = launch.channels
        launch.contacts = contacts.map { $0.named("contact") { $0.contact(channels: channels) } } ?? []
        let names = Set(launch.contacts.map(\.name))
        launch.schedules = schedules.map { $0.named("schedule") { schedule($0, contacts: names) } } ?? []
        let known = EscalationNames(
            contacts: launch.contacts, schedules: Set(launch.schedules.map(\.name)), channels: channels.map(\.name))
        launch.policies = policies.map { $0.named("policy") { $0.policy(known) } } ?? []
        if let policies, launch.policies.isEmpty, !fields.source.findings.hasErrors {
            policies.error("there is no policy")
        }
        warnOfLonelyContacts(launch, contacts)
        // An action that nobody drives, and one that goes ahead without approval, are told whether or not the config thought of it.
        for rule in [\EngineAlertPlan.actionStuck, \EngineAlertPlan.breakGlass]
        where launch.alerts.engine[keyPath: rule]?.policy == nil {
            launch.alerts.engine[keyPath: rule]?.policy = launch.policies.first?.name
        }
        checkPolicies(of: launch, fields)
        launch.replies = fields.optional("replies")?.replies(contacts: names, channels: channels) ?? RepliesPlan()
        launch.deadMan = fields.optional("dead_man")?.named("monitor") { $0.deadMan() } ?? []
        // MARK: Mobile and digest
        launch.mobile = fields.optional("mobile")?.mobilePlan()
        listenForDigits(&launch, fields)
        if let mobile = fields.optional("mobile"), launch.policies.isEmpty, !fields.source.findings.hasErrors {
            mobile.source.findings.warn(mobile.place, "there is no section 'escalation': no page brings a link")
        }
        launch.digests = fields.optional("digest")?.digests(channels: channels) ?? []
        if let digest = fields.optional("digest") {
            for index in launch.digests.indices {
                launch.digests[index].availability = launch.derivations.filter {
                    if case .availability = $0.formula { true } else { false }
                }.map(\.series)
                launch.digests[index].budgets = launch.derivations.filter {
                    if case .budget = $0.formula { true } else { false }
                }.map(\.series)
                if launch.digests[index].afterLaunch != nil, launch.launch.at == nil, !fields.source.findings.hasErrors
                {
                    digest.error("'after_launch' needs 'launch: {at: …}'")
                }
            }
        }
        let policyNames = Set(launch.policies.map(\.name))
        launch.responses = fields.optional("responses")?.named("response") { $0.response(policies: policyNames) } ?? []
        for response in launch.responses where response.deed == .rollback && launch.deployment == nil {
            fields.error("the response '\(response.name)' rolls back, and there is no section 'deployment'")
        }
        if let field = fields.optional("responses"), !fields.source.findings.hasErrors {
            checkResponses(of: launch, field)
        }
    }

    /// A call that takes a digit is answered where the mobile page is.
    private func listenForDigits(_ launch: inout LaunchConfiguration, _ fields: Fields) {
        for index in launch.channels.indices {
            guard case .voice(let twilio, var voice) = launch.channels[index].kind, voice.callback != nil else {
                continue
            }
            if let mobile = launch.mobile {
                voice.callback = "\(mobile.url)/voice"
            } else if !fields.source.findings.hasErrors {
                fields.optional("channels")?.error(
                    "the channel '\(launch.channels[index].name)' takes a digit, and there is no section 'mobile'",
                    hint: "Twilio tells it at the mobile page's address")
            }
            launch.channels[index].kind = .voice(twilio, voice)
        }
    }

    /// Every alert must name a policy that is there.
    private func checkPolicies(of launch: LaunchConfiguration, _ fields: Fields) {
        guard let alerts = fields.optional("alerts") else { return }
        let known = launch.policies.map(\.name)
        let untold = launch.alerts.rules.filter { $0.severity == .critical && $0.policy == nil }.map(\.name)
        if !untold.isEmpty, launch.alerts.impliedPolicy == nil {
            alerts.source.findings.warn(
                alerts.place,
                "nobody is told when these critical rules fire: \(Array(Set(untold)).sorted().joined(separator: ", "))",
                hint: "give each `notify: POLICY`, or `notify: POLICY` to all of 'alerts'")
        }
        var wanted = launch.alerts.rules.compactMap { rule in rule.policy.map { (what: "the rule '\(rule.name)'", $0) }
        }
        wanted += launch.alerts.engine.rules.compactMap { name, rule in
            rule.policy.map { ("the engine's '\(name)'", $0) }
        }
        if let implied = launch.alerts.impliedPolicy { wanted.append((what: "'alerts'", implied)) }
        guard !known.isEmpty else {
            if !wanted.isEmpty {
                alerts.source.findings.warn(
                    alerts.place, "there is no section 'escalation': nobody is told of what fires",
                    hint: "docs/escalation.md says how")
            }
            return
        }
        for (what, policy) in wanted where !known.contains(policy) {
            alerts.error(
                "\(what) notifies \(policy.quoted), and there is no such policy",
                hint: Nearest.hint(for: policy, among: known) ?? "known here: \(known.joined(separator: ", "))")
        }
    }

    private func warnOfLonelyContacts(_ launch: LaunchConfiguration, _ field: Field?) {
        guard let field, !launch.policies.isEmpty else { return }
        var told = Set(launch.schedules.flatMap { Array($0.contacts) })
        for target in launch.policies.flatMap(\.steps).flatMap(\.notify) {
            if case .contact(let name) = target.who { told.insert(name) }
        }
        for contact in launch.contacts where !told.contains(contact.name) {
            field.source.findings.warn(field.place, "no step and no schedule ever tells the contact '\(contact.name)'")
        }
    }

    private func schedule(_ field: Field, contacts: Set<String>) -> OnCallSchedule? {
        guard let schedule = field.schedule(contacts: contacts) else { return nil }
        guard !field.source.findings.hasErrors,
            let zone = try? ZoneTable.make(
                name: zoneName, abbreviation: "", around: Timestamp(seconds: 1_798_761_600))
        else { return schedule }
        if let gap = schedule.firstGap(in: zone) {
            field.error(
                "nobody is on call by '\(schedule.name)' at \(CalendarText.local(gap, in: zone))",
                hint: "a layer without 'hours' below the others covers all that they leave out")
        }
        return schedule
    }
}

/// The names that a policy may refer to.
struct EscalationNames {
    var contacts: [Contact]
    var schedules: Set<String>
    var channels: [String]
}

extension CalendarText {
    /// `Sat 2026-03-14 08:00`
    static func local(_ time: Timestamp, in zone: Zone) -> String {
        let civil = zone.civil(time)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][civil.weekday - 1]
        return "\(day) \(civil.year)-\(two(civil.month))-\(two(civil.day)) \(two(civil.hour)):\(two(civil.minute))"
    }

    /// A local day, `2026-03-09`, as days since 1970-01-01.
    static func day(_ text: String) throws(Misfit) -> Int64 {
        guard text.utf8.count == 10 else { throw Misfit("\(text.quoted) is not a day", hint: "write it as 2026-03-09") }
        do throws(Misfit) {
            return try timestamp("\(text)T00:00:00Z").seconds / 86_400
        } catch {
            throw Misfit("\(text.quoted) is not a day", hint: "write it as 2026-03-09")
        }
    }

    /// `Mon-Fri 09:00-18:00`, `Sat 10:00-14:00`, `22:00-08:00` (every day, over midnight).
    static func hours(_ text: String) throws(Misfit) -> BusinessHours.Range {
        let words = text.split(separator: " ")
        let hint = "write it as Mon-Fri 09:00-18:00, Sat 10:00-14:00 or 22:00-08:00"
        guard let last = words.last, words.count <= 2 else { throw Misfit("\(text.quoted) are no hours", hint: hint) }
        let times = last.split(separator: "-", maxSplits: 1)
        guard times.count == 2 else { throw Misfit("\(text.quoted) are no hours", hint: hint) }
        let from = try minuteOfDay(times[0])
        let to = try minuteOfDay(times[1])
        guard from != to, from < 1440 else { throw Misfit("\(text.quoted) is no time at all", hint: hint) }
        var days = (first: 1, last: 7)
        if words.count == 2 {
            let names = words[0].split(separator: "-", maxSplits: 1)
            guard let first = names.first, let end = names.last else {
                throw Misfit("\(text.quoted) are no hours", hint: hint)
            }
            days = (try weekday(first), try weekday(end))
        }
        return BusinessHours.Range(days: days, fromMinute: from, toMinute: to)
    }
}
