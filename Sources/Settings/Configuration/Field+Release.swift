import Launch

/// What a release is made of: commands, gate, watch.
extension Field {
    /// `{run: […], deadline: 5m, ssh: {…}}`
    ///
    /// - Parameter mentions: what its words must name; without it the command could not know what it is for.
    func command(mentions: [String]) -> CommandPlan? {
        mapping { fields in fields.command(mentions: mentions, at: self) }
    }

    func release() -> ReleasePlan? {
        mapping { fields in
            let eachHost = fields.optional("each_host")?.flag() ?? false
            let command = fields.command(
                mentions: ["{version}", eachHost ? CommandPlan.host : "{colour}"], at: self, eachHost: eachHost)
            return ReleasePlan(command: command, eachHost: eachHost)
        }
    }

    func gate() -> GatePlan? {
        mapping { fields in
            let usual = GatePlan()
            return GatePlan(
                healthy: fields.optional("healthy")?.integer(in: 1...100) ?? usual.healthy,
                every: fields.optional("every")?.duration(Milliseconds(100) ... .minutes(1)) ?? usual.every,
                deadline: fields.optional("deadline")?.duration(.seconds(1) ... .hours(1)) ?? usual.deadline,
                warmUp: fields.optional("warm_up")?.items().compactMap { $0.webPath() } ?? usual.warmUp,
                warmUpTimes: fields.optional("warm_up_times")?.integer(in: 1...10_000) ?? usual.warmUpTimes,
                smoke: fields.optional("smoke")?.items().compactMap { $0.smokeTest() } ?? usual.smoke)
        }
    }

    /// A journey with its `steps`, or the single request of a journey of one.
    private func smokeTest() -> SmokeTest? {
        mapping { fields in
            guard let form = fields.one(of: ["steps", "path"]) else {
                fields.error("a smoke test needs 'path', or 'steps' where it is a journey")
                fields.acceptAll()
                return nil
            }
            return form.key == "steps" ? fields.smokeJourney() : fields.smokeRequest(form, in: self)
        } ?? nil
    }

    func watch() -> WatchPlan? {
        mapping { fields in
            let usual = WatchPlan()
            let range = Milliseconds.seconds(1)...Milliseconds.hours(24)
            let span = fields.optional("span")?.duration(range) ?? usual.span
            let confirm = fields.optional("confirm_within")
            let confirmWithin = confirm?.duration(.seconds(10) ... .hours(24))
            if let confirm, let confirmWithin, confirmWithin <= span {
                confirm.source.findings.warn(
                    confirm.place, "'confirm_within' counts from the promotion, and the watch alone takes as long",
                    hint: "make it longer than 'span', or nobody has time to confirm")
            }
            return WatchPlan(
                span: span, before: fields.optional("before")?.duration(range) ?? usual.before,
                confirmWithin: confirmWithin)
        }
    }
}

extension Fields {
    fileprivate func smokeJourney() -> SmokeTest {
        let usual = SmokeTest(name: "", journey: JourneyPlan(steps: []))
        return SmokeTest(
            name: required("name")?.words() ?? usual.name, journey: journeyPlan(),
            deadline: optional("deadline")?.duration(Milliseconds(10) ... .minutes(30)) ?? usual.deadline)
    }

    fileprivate func smokeRequest(_ address: Field, in field: Field) -> SmokeTest {
        let path = address.webPath() ?? ""
        let name = optional("name")?.words() ?? path
        let status = optional("status")?.integer(in: 100...599) ?? 200
        let deadline = optional("deadline")?.duration(Milliseconds(10) ... .minutes(5)) ?? .seconds(5)
        let type = optional("content_type")?.words()
        let step = JourneyStep(
            name: name,
            method: optional("method")?.oneOf(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) ?? "GET", path: path,
            headers: type.map { [Header(name: "Content-Type", value: .plain($0))] } ?? [],
            body: optional("body")?.text().map { .text($0) }, expectedStatuses: status...status,
            assertions: optional("contains")?.text().map { [.contains($0)] } ?? [], deadline: deadline)
        field.complain(of: step, knowing: [JourneyPlan.run])
        return SmokeTest(
            name: name, journey: JourneyPlan(headers: markedHeaders(), steps: [step]), deadline: deadline)
    }

    fileprivate func command(mentions: [String], at field: Field, eachHost: Bool = false) -> CommandPlan {
        let run = required("run")
        let words = run?.argv() ?? []
        let ssh = optional("ssh")?.ssh(onEachHost: eachHost)
        if !eachHost, words.contains(where: { $0.contains(CommandPlan.host) }) {
            run?.error(
                "{host} is nothing here: the command runs once", hint: "'each_host: true' runs a release once a host")
        }
        // Where it runs on the host itself, its words need not name it.
        let wanted = mentions.filter { $0 != CommandPlan.host || ssh?.host != CommandPlan.host }
        for placeholder in wanted where !words.isEmpty && !words.contains(where: { $0.contains(placeholder) }) {
            run?.error("the command never names \(placeholder)", hint: "put \(placeholder) where it belongs")
        }
        if words.first?.contains("{") == true { run?.error("a command's program is fixed, it has no placeholder") }
        let usual = CommandPlan(words: [])
        return CommandPlan(
            words: words, deadline: optional("deadline")?.duration(.seconds(1) ... .hours(2)) ?? usual.deadline,
            ssh: ssh)
    }
}
