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
            let command = fields.command(mentions: ["{version}", eachHost ? "{host}" : "{colour}"], at: self)
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

    private func smokeTest() -> SmokeTest? {
        mapping { fields in
            let path = fields.required("path")?.webPath() ?? ""
            let usual = SmokeTest(name: path, path: path)
            return SmokeTest(
                name: fields.optional("name")?.words() ?? usual.name,
                method: fields.optional("method")?.oneOf(["GET", "HEAD", "POST", "PUT", "DELETE"]) ?? usual.method,
                path: path, body: fields.optional("body")?.text(),
                contentType: fields.optional("content_type")?.words(),
                status: fields.optional("status")?.integer(in: 100...599) ?? usual.status,
                contains: fields.optional("contains")?.text(),
                deadline: fields.optional("deadline")?.duration(Milliseconds(10) ... .minutes(5)) ?? usual.deadline)
        }
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
    fileprivate func command(mentions: [String], at field: Field) -> CommandPlan {
        let run = required("run")
        let words = run?.argv() ?? []
        for placeholder in mentions where !words.isEmpty && !words.contains(where: { $0.contains(placeholder) }) {
            run?.error("the command never names \(placeholder)", hint: "put \(placeholder) where it belongs")
        }
        if words.first?.contains("{") == true { run?.error("a command's program is fixed, it has no placeholder") }
        let usual = CommandPlan(words: [])
        return CommandPlan(
            words: words, deadline: optional("deadline")?.duration(.seconds(1) ... .hours(2)) ?? usual.deadline,
            ssh: optional("ssh")?.ssh())
    }
}
