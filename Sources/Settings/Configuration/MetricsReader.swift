import Launch

/// Reads what is taken from a Prometheus exposition.
extension Fields {
    func metrics(_ details: inout MeasureDetails) -> MetricsTarget {
        MetricsTarget(
            urls: endpoints(), headers: headers(), tls: tls(), extracts: extracts(&details),
            bodyLimit: optional("body_limit")?.size(in: 1024...1 << 30) ?? MetricsTarget.usualBodyLimit)
    }

    /// `url: …`, or `urls: […]` where several are added up.
    private func endpoints() -> [String] {
        guard let field = one(of: ["url", "urls"]) else {
            _ = required("url")
            return []
        }
        guard field.key == "urls" else { return [field.url() ?? ""] }
        let items = field.items()
        let urls = items.compactMap { $0.url() }
        if field.isList, items.isEmpty { field.error("'urls' is empty") }
        if Set(urls).count < urls.count { field.error("'urls' names an address twice: it would be counted twice") }
        return urls
    }

    private func extracts(_ details: inout MeasureDetails) -> [MetricsTarget.Extract] {
        guard let list = required("extract") else { return [] }
        var extracts: [MetricsTarget.Extract] = []
        for item in list.items() {
            let extract = item.mapping { fields -> MetricsTarget.Extract? in
                guard let name = fields.required("name")?.identifier() else {
                    // Read for what else is wrong with it; it brings nothing.
                    var unused = MeasureDetails()
                    _ = fields.extract(named: "", &unused)
                    return nil
                }
                if extracts.contains(where: { $0.name == name }) { fields.error("a second '\(name)' in 'extract'") }
                return fields.extract(named: name, &details)
            }
            if let extract, let extract { extracts.append(extract) }
        }
        return extracts
    }

    private func extract(named name: String, _ details: inout MeasureDetails) -> MetricsTarget.Extract {
        let metric = required("metric")?.text() ?? ""
        let how = required("take")?.takeWord() ?? .value
        let unit = optional("unit")?.unit() ?? how.usualUnit
        let also = optional("also")
        if case .share = how {
            if also == nil { error("'take: share' needs 'also': the labels of the part that is counted") }
        } else {
            also?.error("'also' belongs to 'take: share'")
        }
        let take: MetricsTarget.Extract.Take =
            switch how {
            case .value: .value
            case .rate: .rate(per: unit.seconds)
            case .quantile(let quantile): .quantile(quantile)
            case .share: .share(also: also?.labels() ?? [:])
            case .increase: .increase
            }
        details.titles[name] = optional("title")?.words()
        details.thresholds[name] = optional("thresholds")
        let fan = optional("by")?.fanOut()
        let few = few(of: name, fan, &details)
        if few != nil, take.isCount {
            error("'few' belongs to a percentile or a share: what is counted stands for itself")
        }
        if let fan { details.fans[name] = fan.titles }
        return MetricsTarget.Extract(
            name: name, metric: metric, take: take, labels: optional("where")?.labels() ?? [:],
            window: optional("window")?.duration(Milliseconds.seconds(1)...Milliseconds.hours(1)) ?? .minutes(1),
            unit: unit, scale: optional("scale")?.number() ?? how.usualScale(of: metric, in: unit), by: fan?.fan,
            few: few)
    }
}

extension Fields {
    /// `few: 20`, and the events that it counts as series of their own.
    func few(
        of name: String, _ fan: (fan: FanOut, titles: [(value: String, title: String)])?,
        _ details: inout MeasureDetails
    ) -> Double? {
        guard let few = optional("few")?.number() else { return nil }
        if few < 1 { error("'few' is the least number of events that say something: 1 or more") }
        if let fan { details.fans["\(name).events"] = fan.titles }
        return few
    }
}

extension MetricsTarget.Extract.Take {
    fileprivate var isCount: Bool {
        switch self {
        case .value, .rate, .increase: true
        case .quantile, .share: false
        }
    }
}

/// What the word after `take:` asks for.
private enum TakeWord {
    case value, rate, share, increase
    case quantile(Double)

    var usualUnit: Unit {
        switch self {
        case .value, .increase: .count
        case .rate: .perSecond
        case .share: .percent
        case .quantile: .milliseconds
        }
    }

    /// Prometheus' convention: base units, named at the end of the metric (`_seconds`, `_ratio`).
    func usualScale(of metric: String, in unit: Unit) -> Double {
        if case .share = self { return 1 }
        switch unit {
        case .milliseconds: return metric.contains("_seconds") ? 1000 : 1
        case .days: return metric.contains("_seconds") ? 1 / 86_400.0 : 1
        case .percent: return metric.hasSuffix("_ratio") ? 100 : 1
        default: return 1
        }
    }
}

extension Unit {
    /// How many seconds a rate in this unit is counted over.
    var seconds: Double {
        switch self {
        case .perMinute: 60
        case .perHour, .pesosPerHour: 3600
        default: 1
        }
    }
}

extension Field {
    fileprivate func takeWord() -> TakeWord? {
        parse { text throws(Misfit) in
            switch text {
            case "value": return .value
            case "rate": return .rate
            case "share": return .share
            case "increase": return .increase
            default:
                guard text.first == "p", let percentile = Quantity.decimal(text.dropFirst()), percentile > 0,
                    percentile < 100
                else {
                    throw Misfit(
                        "\(text.quoted) is no way to take a metric",
                        hint: "value, rate, increase, share, or a percentile as p95")
                }
                return .quantile(percentile / 100)
            }
        }
    }

    fileprivate func labels() -> [String: String] {
        Dictionary(
            pairs().compactMap { entry in entry.value.text().map { (entry.key, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// `{label: province, values: argentina}`, or a list of values.
    func fanOut() -> (fan: FanOut, titles: [(value: String, title: String)])? {
        mapping { fields in
            let label = fields.required("label")?.text() ?? ""
            guard let values = fields.required("values") else { return (.init(label: label, values: []), []) }
            var titles: [(value: String, title: String)]
            let isArgentina = !values.isList
            if values.isList {
                titles = values.texts().map { ($0, $0) }
            } else if values.oneOf(["argentina"]) != nil {
                titles = Province.argentina.map { ($0.iso, $0.name) }
            } else {
                titles = []
            }
            if Set(titles.map(\.value)).count < titles.count { values.error("a value stands twice in 'values'") }
            let fan = FanOut(label: label, values: titles.map(\.value), isArgentina: isArgentina)
            if isArgentina { titles.append((Province.elsewhere, "elsewhere")) }
            return (fan, titles)
        }
    }
}
