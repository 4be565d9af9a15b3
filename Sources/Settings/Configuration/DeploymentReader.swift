import Launch

/// Reads how the product is deployed. What it says of edges ends up in nginx's configuration and in command lines on other
/// machines: so names, hosts and paths are held to plain characters here, once for all.
final class DeploymentReader {
    private let catalogue: SeriesCatalogue
    private(set) var deployment: Deployment?
    /// What refers to series and probes, which may stand further down.
    private var guards: [Field] = []
    private var kpis: [Field] = []
    private var schemaProbe: Field?
    private var requires: [Field] = []

    init(_ catalogue: SeriesCatalogue) { self.catalogue = catalogue }

    func read(_ field: Field) {
        deployment = field.mapping { fields in
            let colours = colours(fields.required("colours"))
            let names = colours.map(\.name)
            requires = fields.optional("requires")?.items() ?? []
            for key in ["approvals", "approval_limit"] {
                fields.optional(key)?.error(
                    "'\(key)' does not stand in 'deployment'",
                    hint: "beside it, for each action: approvals: {deploy: 1, within: 15m}")
            }
            let usual = Deployment(colours: [], edges: [], release: ReleasePlan(command: CommandPlan(words: [])))
            return Deployment(
                colours: colours, edges: edges(fields.required("edges")),
                sticky: fields.optional("sticky")?.stickyKey() ?? usual.sticky,
                answers: fields.optional("answers")?.answers() ?? usual.answers,
                release: fields.required("release")?.release() ?? usual.release,
                gate: fields.optional("gate")?.gate() ?? usual.gate,
                canary: fields.optional("canary").flatMap { canary($0) } ?? usual.canary,
                watch: fields.optional("watch")?.watch() ?? usual.watch,
                standby: fields.optional("standby")?.duration(.minutes(1) ... .days(30)) ?? usual.standby,
                lease: fields.optional("lease")?.duration(.seconds(5) ... .minutes(10)) ?? usual.lease,
                onLive: fields.optional("on_live")?.command(mentions: names.isEmpty ? [] : ["{colour}"]),
                onIdle: fields.optional("on_idle")?.command(mentions: names.isEmpty ? [] : ["{colour}"]),
                schema: fields.optional("schema").flatMap { schema($0) },
                // MARK: Hardening
                hardening: fields.optional("hardening")?.hardening())
        }
        if let deployment { addSeries(deployment, at: field) } else { catalogue.markIncomplete("edge") }
    }

    /// The series of each edge: before what may refer to them.
    private func addSeries(_ deployment: Deployment, at field: Field) {
        let names = deployment.edges.map(\.name)
        // Where names are missing or given twice, that is said already.
        guard Set(deployment.colours.map(\.name)).count == 2, Set(names).count == names.count, !names.contains("")
        else {
            catalogue.markIncomplete("edge")
            return
        }
        for (edge, probe) in zip(deployment.edges, deployment.probes) {
            for (measure, var series) in zip(probe.measures, probe.series) {
                series.title = "\(edge.name) \(measure.title)"
                if !catalogue.add(series) {
                    field.error(
                        "the series '\(series.id)' is produced twice", hint: "give the probe 'edge' another name")
                }
            }
        }
    }

    /// The deployment, once all series and probes are known.
    func finish(_ probes: [Probe]) -> Deployment? {
        deployment?.canary.analysis.guards = judged(guards, "nothing says when a canary spoils it")
        if let colours = deployment?.colours.map(\.name), Set(colours).count == 2 {
            deployment?.canary.analysis.kpis = kpis.compactMap { kpi($0, colours) }
        }
        deployment?.requires = judged(requires, "nothing says when it is well enough for a deploy")
        if let field = schemaProbe, let name = field.text(), !catalogue.isExcused(name) {
            let candidates = probes.compactMap { probe in
                if case .postgres = probe.target { probe.name } else { nil }
            }
            if !candidates.contains(name) {
                field.error(
                    "no probe of type postgres is named \(name.quoted)",
                    hint: Nearest.hint(for: name, among: candidates))
            }
        }
        return deployment
    }

    /// Series that can be anything but well.
    private func judged(_ fields: [Field], _ consequence: String) -> [SeriesID] {
        fields.compactMap { field in
            guard let id = catalogue.resolve(field) else { return nil }
            if catalogue[id]?.thresholds == nil, catalogue[id]?.unit != .verdict {
                field.error("'\(id)' has no thresholds: \(consequence)", hint: "give it some")
            }
            return id
        }
    }

    // MARK: Colours and edges

    private func colours(_ list: Field?) -> [ColourPlan] {
        guard let list else { return [] }
        var names: Set<String> = []
        let colours = list.items().compactMap { item in
            item.mapping { fields in
                let name = fields.required("name")?.colourName() ?? ""
                if !name.isEmpty, !names.insert(name).inserted { fields.error("a second colour named '\(name)'") }
                let hosts = fields.required("hosts")
                let plan = ColourPlan(name: name, hosts: hosts?.items().compactMap { $0.hostAndPort() } ?? [])
                if let hosts, hosts.items().isEmpty { hosts.error("'\(name)' has no host") }
                if Set(plan.hosts).count < plan.hosts.count { hosts?.error("'\(name)' names a host twice") }
                return plan
            }
        }
        if list.items().count != 2 {
            list.error("there are two colours, these are \(list.items().count)")
        } else if colours.count == 2, let host = colours[0].hosts.first(where: colours[1].hosts.contains) {
            list.error(
                "\(host) belongs to both colours: a release on the idle one would stop the one that serves",
                hint: "give each colour hosts or ports of its own")
        }
        return colours
    }

    private func edges(_ list: Field?) -> [EdgePlan] {
        guard let list else { return [] }
        var names: Set<String> = []
        var doors: Set<String> = []
        let edges = list.items().compactMap { item in
            item.mapping { fields in
                let plan = fields.edge()
                if !plan.name.isEmpty, !names.insert(plan.name).inserted {
                    fields.error("a second edge named '\(plan.name)'")
                }
                let machine = plan.ssh.map { "\($0.host):\($0.port)" } ?? "this machine"
                if !plan.door.isEmpty, !doors.insert("\(machine) \(plan.door)").inserted {
                    fields.error(
                        "another edge on \(machine) has the same door \(plan.door)", hint: "give it its own 'door'")
                }
                return plan
            }
        }
        if list.items().isEmpty { list.error("there is no edge") }
        return edges
    }

    // MARK: What refers to series

    private func canary(_ field: Field) -> CanaryPlan? {
        field.mapping { fields in
            let usual = CanaryPlan()
            let steps = fields.optional("steps")
            let shares = steps?.items().compactMap { $0.integer(in: 1...99) }
            if let steps, let shares, zip(shares, shares.dropFirst()).contains(where: { $0 >= $1 }) {
                steps.error("the steps of a canary grow", hint: "write them as [5, 25, 50]; 100 comes by itself")
            }
            guards = fields.optional("guards")?.items() ?? []
            kpis = fields.optional("kpis")?.items() ?? []
            return CanaryPlan(
                steps: shares ?? usual.steps,
                bake: fields.optional("bake")?.duration(.seconds(1) ... .hours(24)) ?? usual.bake,
                analysis: AnalysisPlan(
                    samples: fields.optional("samples")?.integer(in: 1...1_000_000) ?? usual.analysis.samples,
                    errorsWorseBy: fields.optional("errors_worse_by")?.percent(0...100) ?? usual.analysis.errorsWorseBy,
                    latencyWorseBy: fields.optional("p95_worse_by")?.percent(0...1000) ?? usual.analysis.latencyWorseBy
                ))
        }
    }

    /// `{title, series: {blue: …, green: …}, better: higher, worse_by: {relative: 10%}, samples: 20}`
    private func kpi(_ field: Field, _ colours: [String]) -> CanaryKpi? {
        field.mapping { fields -> CanaryKpi? in
            let title = fields.required("title")?.words()
            let sides =
                fields.required("series")?.mapping { fields in
                    colours.map { colour in (colour, field: fields.required(colour)) }
                } ?? []
            let better = fields.required("better")?.choice(["higher": Comparison.Direction.higher, "lower": .lower])
            let samples = fields.optional("samples")
            let count = samples?.integer(in: 1...1_000_000) ?? 0
            let tolerated = fields.required("worse_by")
            let known = sides.compactMap { side in catalogue.resolve(side.field).flatMap { catalogue[$0] } }
            guard known.count == 2 else { return nil }
            let unit = known[0].unit
            if [.text, .verdict].contains(unit) { sides[0].field?.error("'\(known[0].id)' is no figure") }
            if known[1].unit != unit {
                sides[1].field?.error("'\(known[1].id)' has another unit than '\(known[0].id)'")
            }
            if known[0].id == known[1].id {
                sides[1].field?.error(
                    "both colours have the same series", hint: "a figure of the whole launch belongs to 'guards'")
            }
            var both: [String: CanaryKpi.Side] = [:]
            for (side, series) in zip(sides, known) {
                let events = catalogue[SeriesID("\(series.id).events")]?.id
                if let samples, events == nil {
                    samples.error(
                        "nothing tells on how many events '\(series.id)' stands",
                        hint: "give it 'few' where it is extracted, or leave 'samples' out")
                }
                if let events { catalogue.refer(to: events) }
                both[side.0] = CanaryKpi.Side(figure: series.id, events: events)
            }
            guard let title, let better, let tolerance = tolerated?.tolerance(in: unit) else { return nil }
            return CanaryKpi(
                title: title, sides: both, unit: unit, better: better, tolerance: tolerance, samples: count)
        } ?? nil
    }

    private func schema(_ field: Field) -> SchemaPlan? {
        field.mapping { fields in
            schemaProbe = fields.required("probe")
            return SchemaPlan(
                probe: schemaProbe?.text() ?? "", query: fields.required("query")?.text() ?? "",
                range: fields.required("range")?.command(mentions: ["{version}"]) ?? CommandPlan(words: []))
        }
    }
}

extension Field {
    /// `{relative: 10%}`, or `{absolute: 50ms}` in the figure's own unit.
    fileprivate func tolerance(in unit: Unit) -> CanaryKpi.Tolerance? {
        mapping { fields -> CanaryKpi.Tolerance? in
            let field = fields.one(of: ["relative", "absolute"])
            if field == nil { fields.error("'worse_by' needs 'relative' or 'absolute'", hint: "as {relative: 10%}") }
            guard let field else { return nil }
            if field.key == "relative" { return field.percent(0...1000).map { .relative($0) } }
            return field.parse { text throws(Misfit) in
                let amount = try Quantity.amount(text, in: unit)
                guard amount >= 0 else { throw Misfit("\(text.quoted) is less than nothing") }
                return .absolute(amount)
            }
        } ?? nil
    }
}
