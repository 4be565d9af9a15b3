import Launch

/// Reads the series that are computed from others, and checks that they lead somewhere.
final class DerivationReader {
    private static let kinds = [
        "rate", "ratio", "sum", "difference", "min", "max", "worst", "total", "availability", "budget",
    ]

    private let catalogue: SeriesCatalogue
    private(set) var derivations: [Derivation] = []
    private var places: [SeriesID: Place] = [:]

    /// One derived series before its inputs are looked up: they may stand further down.
    private struct Draft {
        var id: SeriesID
        var item: Field
        var kind: Field
        var inputs: [Field]
        var unit: Unit?
        var scale: Double?
        var title: String?
        var every: Milliseconds?
        var thresholds: Field?
        /// Of a total: how far back it reaches.
        var over: Field?
        /// Of a budget: what is promised, in per cent.
        var objective: Field?
    }

    init(_ catalogue: SeriesCatalogue) { self.catalogue = catalogue }

    func read(_ list: Field) {
        let drafts = list.items().compactMap { draft($0) }
        // Every draft enters the catalogue before any is resolved; its unit and interval follow once its inputs have
        // theirs.
        for draft in drafts {
            let series = Series(
                id: draft.id, title: draft.title ?? draft.id.name, unit: draft.unit ?? .count, interval: 0)
            if catalogue.add(series) {
                places[draft.id] = draft.item.place
            } else {
                draft.item.error("the series '\(draft.id)' is produced twice", hint: "give one of the two another name")
            }
        }
        var known: [SeriesID: Derivation] = [:]
        var byID: [SeriesID: Draft] = [:]
        for draft in drafts where byID[draft.id] == nil {
            byID[draft.id] = draft
            let inputs = draft.inputs.compactMap { catalogue.resolve($0) }
            guard inputs.count == draft.inputs.count, let formula = formula(draft, inputs) else {
                catalogue.markIncomplete(String(draft.id.name.prefix { $0 != "." }))
                continue
            }
            let derivation = Derivation(series: draft.id, formula: formula)
            known[draft.id] = derivation
            derivations.append(derivation)
        }
        // What went wrong above hides neither a circle of the others nor what is wrong with one of them.
        var lost = Set(drafts.map(\.id)).subtracting(derivations.map(\.series))
        var probed = Set(catalogue.all.map(\.id)).subtracting(byID.keys).union(lost)
        var rest = derivations
        while true {
            do throws(SeriesGraph.Failure) {
                let graph = try SeriesGraph(probed: probed, derivations: rest)
                for derivation in graph.ordered {
                    guard let draft = byID[derivation.series] else { continue }
                    // Of what is computed from it nobody knows the unit.
                    if !lost.isDisjoint(with: derivation.formula.inputs) {
                        lost.insert(derivation.series)
                        catalogue.markIncomplete(String(draft.id.name.prefix { $0 != "." }))
                    } else {
                        settle(draft, derivation)
                    }
                }
                return
            } catch {
                var place = list.place
                if case .cycle(let path) = error, let first = path.first { place = places[first] ?? place }
                list.source.findings.error(place, error.description)
                guard case .cycle(let path) = error, rest.contains(where: { path.contains($0.series) }) else { return }
                for id in path { catalogue.markIncomplete(String(id.name.prefix { $0 != "." })) }
                rest.removeAll { path.contains($0.series) }
                probed.formUnion(path)
                lost.formUnion(path)
            }
        }
    }

    private func draft(_ item: Field) -> Draft? {
        item.mapping { fields -> Draft? in
            let name = fields.required("series")
            let id = name?.seriesName()
            let kind = fields.one(of: Self.kinds)
            let (unit, scale) = (fields.optional("unit")?.unit(), fields.optional("scale")?.number())
            let title = fields.optional("title")?.words()
            let every = fields.optional("every")?.duration(Milliseconds(100)...Milliseconds.days(1))
            let (thresholds, over) = (fields.optional("thresholds"), fields.optional("over"))
            let objective = fields.optional("objective")
            // Whoever refers to it by the name that it has not is not told a second time.
            if id == nil || kind == nil, case .scalar(let scalar)? = name?.node.content {
                catalogue.markIncomplete(String(scalar.text.prefix { $0 != "." }))
            }
            guard let kind else {
                fields.acceptAll()
                fields.error("a derived series needs one of \(Self.kinds.joined(separator: ", "))")
                return nil
            }
            return Draft(
                // Without a name it is read for what else is wrong with it; it has one of its own, which nobody can mean.
                id: id ?? SeriesID("a derived series without a name, on line \(item.place.line)"), item: item,
                kind: kind, inputs: kind.isList ? kind.items() : [kind], unit: unit, scale: scale, title: title,
                every: every, thresholds: thresholds, over: over, objective: objective)
        } ?? nil
    }

    private func formula(_ draft: Draft, _ inputs: [SeriesID]) -> Formula? {
        func needs(_ count: Int, _ what: String) -> Bool {
            if inputs.count == count { return true }
            draft.kind.error("'\(draft.kind.key)' needs \(what), these are \(inputs.count)")
            return false
        }
        switch draft.kind.key {
        case "rate":
            return needs(1, "one series") ? .rate(of: inputs[0], per: (draft.unit ?? .perSecond).seconds) : nil
        case "ratio":
            let scale = draft.scale ?? ((draft.unit ?? .percent) == .percent ? 100 : 1)
            return needs(2, "two series: the part and the whole")
                ? .ratio(numerator: inputs[0], denominator: inputs[1], scale: scale) : nil
        case "total":
            guard let span = draft.over?.duration(Milliseconds.hours(1)...Milliseconds.days(90)) else {
                draft.item.error("'total' needs 'over': how far back it reaches", hint: "write it as over: 30d")
                return nil
            }
            return needs(1, "one series, a rate") ? .total(of: inputs[0], over: span) : nil
        case "availability":
            return needs(2, "two series: what failed, and all")
                ? .availability(failures: inputs[0], all: inputs[1]) : nil
        case "budget":
            let objective = draft.objective?.parse { text throws(Misfit) in try Quantity.amount(text, in: .percent) }
            guard let objective, objective > 0, objective < 100 else {
                draft.item.error("'budget' needs 'objective': what is promised", hint: "write it as objective: 99.9%")
                return nil
            }
            return needs(2, "two series: what failed, and all")
                ? .budget(failures: inputs[0], all: inputs[1], objective: objective) : nil
        case "difference":
            return needs(2, "two series: from the first the second is taken") ? .difference(inputs[0], inputs[1]) : nil
        default:
            guard !inputs.isEmpty else {
                draft.kind.error("'\(draft.kind.key)' needs at least one series")
                return nil
            }
            switch draft.kind.key {
            case "sum": return .sum(inputs)
            case "min": return .minimum(inputs)
            case "max": return .maximum(inputs)
            default: return .worst(inputs)
            }
        }
    }

    /// Gives a derived series what follows from its inputs: its unit, and the interval of the slowest.
    private func settle(_ draft: Draft, _ derivation: Derivation) {
        let inputs = derivation.formula.inputs.compactMap { catalogue[$0] }
        let units = Set(inputs.map(\.unit))
        let unit: Unit
        switch derivation.formula {
        case .worst:
            if let given = draft.unit, given != .verdict {
                draft.item.error("'worst' is a verdict, it has no other unit")
            }
            unit = .verdict
        case .rate: unit = draft.unit ?? .perSecond
        case .total:
            if let input = inputs.first, ![.perSecond, .perMinute, .perHour, .pesosPerHour].contains(input.unit) {
                draft.kind.error("'total' adds up a rate, and \(input.id) is in \(input.unit.rawValue)")
            }
            unit = draft.unit ?? (inputs.first?.unit == .pesosPerHour ? .pesos : .count)
        case .availability, .budget:
            if units.count > 1 { draft.kind.error("'\(draft.kind.key)' mixes units") }
            unit = .percent
        case .ratio: unit = draft.unit ?? .percent
        case .sum, .difference, .minimum, .maximum:
            if units.count > 1 {
                let list = inputs.map { "\($0.id) in \($0.unit.rawValue)" }.joined(separator: ", ")
                draft.kind.error("'\(draft.kind.key)' mixes units: \(list)")
            }
            unit = draft.unit ?? inputs.first?.unit ?? .count
        }
        if units.contains(.text) { draft.kind.error("a text cannot be calculated with") }
        let slowest = inputs.map(\.interval).max() ?? .seconds(1)
        var series = Series(
            id: draft.id, title: draft.title ?? draft.id.name, unit: unit, interval: draft.every ?? slowest,
            inputs: derivation.formula.inputs)
        series.thresholds = draft.thresholds?.thresholds(unit: unit)
        catalogue.replace(series)
    }
}

extension Field {
    /// `group.name`, as `payments.approved`.
    fileprivate func seriesName() -> SeriesID? {
        parse { text throws(Misfit) in
            let letters = text.utf8
            guard let first = letters.first, (97...122).contains(first), letters.count <= 80, letters.contains(46),
                letters.last != 46,
                letters.allSatisfy({
                    (97...122).contains($0) || (48...57).contains($0) || [46, 95, 45].contains($0)
                })
            else {
                throw Misfit("\(text.quoted) is not the name of a series", hint: "write it as payments.approved")
            }
            return SeriesID(text)
        }
    }
}
