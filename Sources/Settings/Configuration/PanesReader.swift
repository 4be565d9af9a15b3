import Launch

/// Reads what the five panes of the war room show.
struct PanesReader {
    let catalogue: SeriesCatalogue

    func read(_ fields: Fields) -> Panes {
        Panes(
            health: rows(fields.optional("health")), business: rows(fields.optional("business")),
            geo: fields.optional("geo").flatMap { geo($0) }, colours: colours(fields.optional("colours")),
            door: fields.optional("door")?.mapping { fields in
                Panes.Door(
                    split: catalogue.resolve(fields.optional("split")), up: catalogue.resolve(fields.optional("up")))
            })
    }

    private func rows(_ list: Field?) -> [Panes.Row] {
        var titles: Set<String> = []
        return (list?.items() ?? []).compactMap { item in
            let row = item.mapping { fields -> Panes.Row? in
                let title = fields.required("title")?.words()
                if let title, !titles.insert(title).inserted { fields.error("a second line titled '\(title)'") }
                let show = fields.required("show")
                let main = catalogue.resolve(show)
                let judges = fields.optional("judge")?.items().compactMap { catalogue.resolve($0) } ?? []
                let facts = (fields.optional("facts")?.pairs() ?? []).compactMap { entry in
                    catalogue.resolve(entry.value).map { Panes.Fact(series: $0, word: entry.key) }
                }
                guard let title, let show, let main else { return nil }
                warnWhereNothingJudges(show, [main] + judges + facts.map(\.series), title)
                return Panes.Row(title: title, main: main, judges: judges, facts: facts)
            }
            return row ?? nil
        }
    }

    /// A line that no bound judges is green whatever happens.
    private func warnWhereNothingJudges(_ field: Field, _ ids: [SeriesID], _ title: String) {
        let series = ids.compactMap { catalogue[$0] }
        guard series.allSatisfy({ $0.thresholds == nil && $0.unit != .verdict }) else { return }
        field.source.findings.warn(
            field.place, "no series of the line '\(title)' has thresholds: it stays green whatever it shows",
            hint: "give \(ids[0]) thresholds, or judge the line by an 'up' series")
    }

    // MARK: Geography

    private func geo(_ field: Field) -> Panes.Geo? {
        field.mapping { fields in
            let title = fields.optional("title")?.words() ?? "Argentina p95"
            let list = fields.optional("regions")
            let latency = fields.required("latency")
            let traffic = fields.optional("traffic")
            let provinces = provinces(list)
            let p50 = members(fields.optional("p50"), provinces)
            let p99 = members(fields.optional("p99"), provinces)
            let errors = members(fields.optional("errors"), provinces)
            let users = members(fields.optional("users"), provinces)
            let cdn = points(fields.optional("cdn"), provinces)
            let cdnHits = points(fields.optional("cdn_hits"), provinces)
            let latencies = members(latency, provinces)
            let traffics = members(traffic, provinces)
            let unit = latencies.values.first.flatMap { catalogue[$0]?.unit } ?? .milliseconds
            let limit = fields.optional("limit")?.parse { text throws(Misfit) in
                try Quantity.amount(text, in: unit)
            }
            func region(_ code: String, _ name: String, _ label: String) -> Panes.Region? {
                guard let id = latencies[code] else { return nil }
                return Panes.Region(
                    code: code, name: name, label: label, latency: id, traffic: traffics[code], p50: p50[code],
                    p99: p99[code], errors: errors[code], users: users[code],
                    events: latency?.text().flatMap { known("\($0).events.\(code)") }, cdn: cdn[code],
                    cdnHits: cdnHits[code])
            }
            let names = [traffic, latency].compactMap { $0?.text() }
                .compactMap { known(FanOut.elsewhereNames(of: $0)) }.first
            if let names { catalogue.refer(to: names) }
            return Panes.Geo(
                title: title, limit: limit,
                regions: provinces.compactMap { region($0.iso, $0.name, $0.label) },
                // Measured, but on no map.
                elsewhere: region(Province.elsewhere, "elsewhere", "else"), elsewhereNames: names)
        }
    }

    /// The series of those provinces that have a vantage point, which are few.
    private func points(_ field: Field?, _ provinces: [Province]) -> [String: SeriesID] {
        guard let field, let base = field.text() else { return [:] }
        guard let values = catalogue.values(of: SeriesID(base)) else {
            _ = catalogue.resolve(field)
            return [:]
        }
        let mine = provinces.filter { values.contains($0.iso) }
        if mine.isEmpty { field.error("\(base.quoted) has no place that is a province", hint: "name places as AR-X") }
        return Dictionary(
            mine.compactMap { province in
                known("\(base).\(province.iso)").map { id in
                    catalogue.refer(to: id)
                    return (province.iso, id)
                }
            }, uniquingKeysWith: { first, _ in first })
    }

    private func known(_ name: String) -> SeriesID? { catalogue[SeriesID(name)]?.id }

    /// `argentina`, or a list of its ISO codes.
    private func provinces(_ field: Field?) -> [Province] {
        guard let field else { return Province.argentina }
        guard field.isList else {
            _ = field.oneOf(["argentina"])
            return Province.argentina
        }
        return field.items().compactMap { item in
            item.parse { text throws(Misfit) in
                guard let province = Province.named(iso: text) else {
                    throw Misfit(
                        "\(text.quoted) is no province of Argentina",
                        hint: Nearest.hint(for: text, among: Province.argentina.map(\.iso)) ?? "write it as AR-X")
                }
                return province
            }
        }
    }

    /// The series of each province that a fanned-out measure was split into.
    private func members(_ field: Field?, _ provinces: [Province]) -> [String: SeriesID] {
        guard let field, let base = field.text() else { return [:] }
        guard catalogue.values(of: SeriesID(base)) != nil else {
            if catalogue[SeriesID(base)] != nil {
                field.error(
                    "\(base.quoted) is a single series", hint: "split it by province with 'by' where it is extracted")
            } else {
                _ = catalogue.resolve(field)
            }
            return [:]
        }
        var found: [String: SeriesID] = [:]
        for province in provinces {
            let id = SeriesID("\(base).\(province.iso)")
            guard catalogue[id] != nil else {
                field.error("\(base.quoted) is not split for \(province.iso), \(province.name)")
                continue
            }
            catalogue.refer(to: id)
            found[province.iso] = id
        }
        if let elsewhere = known("\(base).\(Province.elsewhere)") { found[Province.elsewhere] = elsewhere }
        return found
    }

    // MARK: Blue and green

    private func colours(_ list: Field?) -> [Panes.Colour] {
        var names: Set<String> = []
        return (list?.items() ?? []).compactMap { item in
            item.mapping { fields in
                let name = fields.required("name")?.identifier() ?? ""
                if !names.insert(name).inserted { fields.error("a second colour named '\(name)'") }
                return Panes.Colour(
                    name: name, version: catalogue.resolve(fields.optional("version")),
                    up: catalogue.resolve(fields.optional("up")), share: catalogue.resolve(fields.optional("share")),
                    latency: catalogue.resolve(fields.optional("latency")),
                    median: catalogue.resolve(fields.optional("median")),
                    errors: catalogue.resolve(fields.optional("errors")),
                    requests: catalogue.resolve(fields.optional("requests")))
            }
        }
    }
}
