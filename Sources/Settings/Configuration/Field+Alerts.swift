import Launch

/// The values that rules are made of.
extension Field {
    func severity() -> Severity? { choice(["info": .info, "warning": .warning, "critical": .critical]) }

    /// `off`, or who is told of what the engine itself finds, and how bad it is.
    func engineAlert(_ severity: Severity, _ policy: String?) -> EngineAlertPlan.Rule? {
        guard isMapping else {
            _ = choice(["off": true] as KeyValuePairs<String, Bool>)
            return nil
        }
        return mapping { fields in
            EngineAlertPlan.Rule(
                severity: fields.optional("severity")?.severity() ?? severity,
                policy: fields.optional("notify")?.identifier() ?? policy)
        }
    }

    /// As Prometheus has it: letters, digits and `_`.
    func labelName() -> String? {
        parse { text throws(Misfit) in
            guard let first = text.utf8.first, !(48...57).contains(first), text.utf8.count <= 64,
                text.utf8.allSatisfy({
                    (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95
                })
            else { throw Misfit("\(text.quoted) is not the name of a label", hint: "letters, digits and _") }
            return text
        }
    }

    func labelNames() -> [String] { items().compactMap { $0.labelName() } }

    func alertLabels() -> Labels {
        var labels: [String: String] = [:]
        for pair in pairs() {
            let letters = pair.key.utf8
            if ["alertname", "severity"].contains(pair.key) {
                source.findings.error(pair.place, "'\(pair.key)' is a label that guardia gives itself")
            } else if letters.isEmpty
                || !letters.allSatisfy({ $0 == 95 || $0 < 128 && Character(Unicode.Scalar($0)).isWord })
                || pair.key.first?.isNumber ?? true
            {
                source.findings.error(
                    pair.place, "\(pair.key.quoted) is not the name of a label", hint: "letters, digits and _")
            } else if let value = pair.value.text() {
                labels[pair.key] = value
            }
        }
        return Labels(labels)
    }

    /// A sentence with fields; those that no alert of the rule can have are errors.
    func template(labels: Labels, fan: String?) -> SummaryTemplate? {
        let own = Set(labels.values.keys).union(["alertname"]).union(fan.map { [$0] } ?? [])
        return parse { text throws(Misfit) in
            guard text.utf8.count <= 400, !text.contains(where: \.isNewline) else {
                throw Misfit("a summary is one line of up to 400 bytes")
            }
            let template: SummaryTemplate
            do throws(SummaryTemplate.Malformed) { template = try SummaryTemplate(text) } catch {
                throw Misfit(error.reason)
            }
            for name in template.fields where !SummaryTemplate.knownFields.contains(name) {
                guard name.hasPrefix("labels."), own.contains(String(name.dropFirst(7))) else {
                    let known = SummaryTemplate.knownFields + own.sorted().map { "labels.\($0)" }
                    throw Misfit(
                        "there is no field {{\(name)}}",
                        hint: Nearest.hint(for: name, among: known) ?? "known: \(known.joined(separator: ", "))")
                }
            }
            return template
        }
    }

    /// `#heading-of-the-runbook`, or an address.
    func runbook() -> String? {
        guard let text = text() else { return nil }
        guard text.hasPrefix("#") else { return url() }
        guard text.utf8.count > 1, text.utf8.dropFirst().allSatisfy({ $0 == 45 || $0 == 95 || $0.isLowerWord }) else {
            error("'\(key)': \(text.quoted) is no heading", hint: "write it as #payment-success, or as an address")
            return nil
        }
        return text
    }

    /// `{times: 4, within: 30m, hold: 10m}`, or `none`.
    func damping() -> FlapDamping? {
        if !isMapping, text() == "none" { return nil }
        let usual = FlapDamping.standard
        return mapping { fields in
            FlapDamping(
                times: fields.optional("times")?.integer(in: 2...100) ?? usual.times,
                within: fields.optional("within")?.duration(.minutes(1) ... .days(1)) ?? usual.within,
                hold: fields.optional("hold")?.duration(.seconds(1) ... .days(1)) ?? usual.hold)
        } ?? usual
    }

    /// `{factor: 14.4, long: 1h, short: 5m, severity: critical}`
    func burnWindow() -> BurnRate.Window? {
        mapping { fields -> BurnRate.Window? in
            let factor = fields.required("factor")?.number()
            let long = fields.required("long")?.duration(.minutes(5) ... .days(30))
            let short = fields.required("short")?.duration(.minutes(1) ... .days(7))
            let severity = fields.required("severity")?.severity()
            guard let factor, let long, let short, let severity else { return nil }
            if factor <= 0 { fields.error("a factor of \(factor) is always exceeded") }
            if short >= long { fields.error("the short window is not shorter than the long one") }
            return BurnRate.Window(factor: factor, long: long, short: short, severity: severity)
        } ?? nil
    }

    func matchers() -> [LabelMatcher] {
        items().compactMap { item in
            item.parse { text throws(Misfit) in
                do throws(LabelMatcher.Malformed) { return try LabelMatcher(text) } catch {
                    throw Misfit("\(text.quoted) is no matcher: \(error.reason)")
                }
            }
        }
    }

    /// `{source: [MATCHER], target: [MATCHER], equal: [LABEL]}`
    func inhibition() -> Inhibition? {
        mapping { fields -> Inhibition? in
            let source = fields.required("source")?.matchers() ?? []
            let target = fields.required("target")?.matchers() ?? []
            let equal = fields.optional("equal")?.labelNames() ?? []
            guard !source.isEmpty, !target.isEmpty else {
                if !fields.source.findings.hasErrors { fields.error("'source' and 'target' need a matcher each") }
                return nil
            }
            return Inhibition(source: source, target: target, equal: equal)
        } ?? nil
    }
}

extension Field {
    /// A list of Alertmanagers: `- {name, url, every, deadline, headers, tls, receive, send, filter, notify}`.
    func alertmanagers() -> [AlertmanagerPlan] {
        var plans: [AlertmanagerPlan] = []
        for item in items() {
            let plan = item.mapping { fields -> AlertmanagerPlan? in
                let name = fields.required("name")?.identifier()
                let url = fields.required("url")?.url()
                let every = fields.optional("every")?.duration(.seconds(1) ... .minutes(10)) ?? .seconds(15)
                let plan = AlertmanagerPlan(
                    name: name ?? "", url: (url ?? "").trimmingSlashes, interval: every,
                    deadline: fields.optional("deadline")?.duration(Milliseconds(100)...Milliseconds.minutes(1))
                        ?? .seconds(5), headers: fields.headers(), tls: fields.tls(),
                    receives: fields.optional("receive")?.flag() ?? true,
                    sends: fields.optional("send")?.flag() ?? false,
                    filter: fields.optional("filter")?.matchers() ?? [],
                    policy: fields.optional("notify")?.identifier())
                if !plan.receives, !plan.sends { fields.error("'receive' and 'send' are both off: nothing is left") }
                return name == nil || url == nil ? nil : plan
            }
            guard let plan = plan ?? nil else { continue }
            if plans.contains(where: { $0.name == plan.name }) { item.error("a second Alertmanager '\(plan.name)'") }
            plans.append(plan)
        }
        return plans
    }
}

extension String {
    fileprivate var trimmingSlashes: String {
        var text = self[...]
        while text.last == "/" { text = text.dropLast() }
        return String(text)
    }
}

extension Character {
    fileprivate var isWord: Bool { isASCII && (isLetter || isNumber) }
}

extension UInt8 {
    fileprivate var isLowerWord: Bool { (97...122).contains(self) || (48...57).contains(self) }
}
