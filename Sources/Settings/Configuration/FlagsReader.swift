import Launch

/// Reads where the feature flags are kept and which there are. Their names end up in keys and command lines: they are held to
/// plain characters here, as those in Redis are by `guardia flag check`.
final class FlagsReader {
    private let catalogue: SeriesCatalogue
    private var plan: FlagsPlan?
    /// What refers to series, which may stand further down.
    private var guards: [(flag: Int, field: Field)] = []
    private var users: Field?

    init(_ catalogue: SeriesCatalogue) { self.catalogue = catalogue }

    func read(_ field: Field, _ probes: [Probe]) {
        plan = field.mapping { fields in
            let flags = flags(fields.required("list"))
            let algorithm = algorithm(fields.required("algorithm"))
            users = fields.optional("users")
            let stream = fields.optional("stream")
            let prefix = fields.optional("prefix")
            let usual = FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: [])
            let target = FlagsTarget(
                redis: redis(fields.required("redis"), probes), prefix: prefix?.redisKey() ?? usual.prefix,
                algorithm: algorithm ?? .unleash, names: flags.map(\.name))
            var plan = FlagsPlan(
                target: target,
                interval: fields.optional("every")?.duration(.seconds(1) ... .minutes(1)) ?? .seconds(2),
                flags: flags)
            plan.stream = stream?.redisKey() ?? plan.stream
            plan.channel = fields.optional("channel")?.redisKey() ?? plan.channel
            if plan.stream.hasPrefix(target.prefix) {
                (stream ?? prefix)?.error(
                    "the stream '\(plan.stream)' begins as the key of a flag does", hint: "give it another name")
            }
            if let ramp = fields.optional("ramp") { self.ramp(ramp, &plan) }
            for share in plan.steps {
                if let algorithm, let trouble = algorithm.trouble(with: share) { fields.error(trouble) }
            }
            return plan
        }
        guard let plan else { return catalogue.markIncomplete(FlagSeries.probe) }
        for (measure, var series) in zip(plan.probe.measures, plan.probe.series) {
            series.title = "Flags \(measure.title)"
            if let known = plan.flags.first(where: { series.id == FlagSeries.share($0.name) }) {
                series.title = "\(known.title ?? known.name) share"
            } else if let known = plan.flags.first(where: { series.id == FlagSeries.state($0.name) }) {
                series.title = "\(known.title ?? known.name) state"
            }
            if !catalogue.add(series) {
                field.error("the series '\(series.id)' is produced twice", hint: "give the probe 'flags' another name")
            }
        }
    }

    /// The flags, once all series are known.
    ///
    /// - Parameter alerts: the rules of the config, which may guard a ramp as well.
    func finish(_ alerts: AlertSettings) -> FlagsPlan? {
        for (flag, field) in guards {
            guard let name = field.text() else { continue }
            if alerts.rules.contains(where: { $0.name == name }) {
                if let found = RampGuard(named: name, series: catalogue.all, alerts: alerts) {
                    plan?.flags[flag].guards.append(found)
                }
                continue
            }
            guard let id = catalogue.resolve(field) else { continue }
            if catalogue[id]?.isJudged == false {
                field.error("'\(id)' has no thresholds: nothing says when a ramp spoils it", hint: "give it some")
            }
            plan?.flags[flag].guards.append(RampGuard(id))
        }
        if let users, let id = catalogue.resolve(users) {
            if catalogue[id]?.unit == .text { users.error("'\(id)' is a text, not a number of users") }
            plan?.users = id
        }
        return plan
    }

    // MARK: Parts

    /// The name of a probe of type redis, or a server of its own.
    private func redis(_ field: Field?, _ probes: [Probe]) -> RedisTarget {
        guard let field else { return RedisTarget() }
        if field.isMapping { return field.mapping { $0.redisServer("'redis'") } ?? RedisTarget() }
        guard let name = field.text() else { return RedisTarget() }
        let candidates = probes.compactMap { probe -> (String, RedisTarget)? in
            if case .redis(let target) = probe.target { (probe.name, target) } else { nil }
        }
        guard var target = candidates.first(where: { $0.0 == name })?.1 else {
            if !catalogue.isExcused(name) {
                field.error(
                    "no probe of type redis is named \(name.quoted)",
                    hint: Nearest.hint(for: name, among: candidates.map(\.0))
                        ?? "or write where it is, as {socket: /run/redis/redis.sock}")
            }
            return RedisTarget()
        }
        target.questions = []
        return target
    }

    private func algorithm(_ field: Field?) -> FlagAlgorithm? {
        field?.parse { text throws(Misfit) in
            if let algorithm = FlagAlgorithm(rawValue: text) { return algorithm }
            let known = FlagAlgorithm.allCases.map(\.rawValue)
            throw Misfit(
                "\(text.quoted) is no algorithm",
                hint: Nearest.hint(for: text, among: known)
                    ?? "that of the applications' SDK: \(known.joined(separator: ", "))")
        }
    }

    private func ramp(_ field: Field, _ plan: inout FlagsPlan) {
        var (steps, every) = (plan.steps, plan.every)
        _ = field.mapping { fields in
            let list = fields.optional("steps")
            steps = list?.items().compactMap { $0.share() } ?? steps
            every = fields.optional("every")?.duration(RampPlan.shortest ... .hours(24)) ?? every
            if let list, let trouble = RampPlan(from: .none, steps: steps, every: every, guards: []).trouble {
                list.error(trouble)
            }
        }
        (plan.steps, plan.every) = (steps, every)
    }

    private func flags(_ list: Field?) -> [KnownFlag] {
        guard let list else { return [] }
        var flags: [KnownFlag] = []
        for item in list.items() {
            let flag = item.mapping { fields -> KnownFlag in
                let name = fields.required("name")?.parse { text throws(Misfit) in
                    if let trouble = FlagName.trouble(with: text) { throw Misfit("\(text.quoted): \(trouble)") }
                    return text
                }
                if let name, flags.contains(where: { $0.name == name }) {
                    fields.error("a second flag named '\(name)'")
                }
                if let guards = fields.optional("guards") {
                    self.guards += guards.items().map { (flags.count, $0) }
                }
                return KnownFlag(
                    name: name ?? "", title: fields.optional("title")?.words(), note: fields.optional("note")?.note())
            }
            if let flag { flags.append(flag) }
        }
        if list.items().isEmpty { list.error("there is no flag") }
        if flags.count > 200 { list.error("\(flags.count) flags are too many to look at each second: 200 will do") }
        return flags
    }
}

extension Field {
    fileprivate func share() -> Rollout? {
        parse { text throws(Misfit) in
            guard let share = Rollout(text) else {
                throw Misfit("\(text.quoted) is no share", hint: "from 0 to 100 per cent, as 25 or 0.5")
            }
            return share
        }
    }

    /// One line of text, longer than a title.
    fileprivate func note() -> String? {
        parse { text throws(Misfit) in
            guard text.count <= 200, !text.contains(where: \.isNewline) else {
                throw Misfit("the note is too long", hint: "up to 200 characters on one line")
            }
            return text
        }
    }

    /// A key of Redis, or the beginning of one.
    fileprivate func redisKey() -> String? {
        parse { text throws(Misfit) in
            guard (1...100).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) }) else {
                throw Misfit("\(text.quoted) is no key", hint: "up to 100 plain characters, without a space")
            }
            return text
        }
    }
}
