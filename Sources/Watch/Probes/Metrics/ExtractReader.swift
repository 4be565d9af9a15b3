package import Launch

/// One extract over successive scrapes: the counters' last values, and the window of their growth.
package struct ExtractReader: Sendable {
    package typealias Extract = MetricsTarget.Extract

    private struct Child: Sendable {
        var value: Double
        var seen: Milliseconds
    }

    /// One figure: of a fan-out there is one for each value.
    private struct Slot: Sendable {
        var name: String
        var window: GrowthWindow
        var sum: Double = 0
        var samples = 0
        /// The sets of buckets that histograms of this figure had, and where the window's counters of each begin.
        var layouts: [Layout] = []
    }

    /// A set of buckets: upper bounds, ascending.
    private struct Layout: Sendable {
        var bounds: [Double]
        var base: Int
    }

    /// The buckets of one histogram (one set of labels but for `le`) as this scrape has them so far.
    private struct Buckets: Sendable {
        var slot: Int
        var bounds: [Double] = []
        var growth: [Double] = []
    }

    /// A histogram whose buckets change more often than this within a window begins anew.
    private static let layoutLimit = 16

    /// More label sets than this under one extract are refused: their sum would cost more than it tells.
    package static let childLimit = 10_000

    private let extract: Extract
    private let interval: Milliseconds
    private let matches: [LabelMatch]
    private let sharing: [LabelMatch]
    private var indices: [String: Int]
    /// The slot of what comes from elsewhere.
    private let elsewhere: Int?
    /// What those labels call themselves, and when they were last seen.
    private var strangers: [String: Milliseconds] = [:]
    private var slots: [Slot]
    /// By a hash of the label set, which does not depend on the order of the labels.
    private var children: [Int: Child] = [:]
    /// By a hash of the label set without `le`.
    private var histograms: [Int: Buckets] = [:]
    private var lastScrape: Milliseconds?
    private var at: Milliseconds = 0
    /// When each endpoint last answered: the counters of one that is new did not begin at zero just now.
    private var sources: [Int: Milliseconds] = [:]
    private var newSources: Set<Int> = []
    private var hasOverflown = false
    /// Whether this scrape has the metric at all, with whatever labels.
    private var hasMetric = false

    package init(_ extract: Extract, interval: Milliseconds) {
        self.extract = extract
        self.interval = interval
        matches = extract.labels.map(LabelMatch.init)
        if case .share(let also) = extract.take { sharing = also.map(LabelMatch.init) } else { sharing = [] }
        var values = extract.by?.values ?? [""]
        elsewhere = extract.by?.hasElsewhere == true ? values.count : nil
        if elsewhere != nil { values.append(Province.elsewhere) }
        indices = Dictionary(values.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        slots = values.map { value in
            Slot(
                name: extract.by == nil ? extract.name : "\(extract.name).\(value)",
                window: GrowthWindow(length: extract.window))
        }
    }

    /// The names of the samples that the extract is made of. OpenMetrics appends `_total` to a counter's family name.
    package var sampleNames: [String] {
        switch extract.take {
        case .quantile:
            [extract.metric.hasSuffix("_bucket") ? extract.metric : extract.metric + "_bucket"]
        case .value, .rate, .share, .increase:
            extract.metric.hasSuffix("_total") ? [extract.metric] : [extract.metric, extract.metric + "_total"]
        }
    }

    /// Begins a scrape.
    package mutating func begin(at uptime: Milliseconds) {
        at = uptime
        hasOverflown = false
        hasMetric = false
        for index in slots.indices { (slots[index].sum, slots[index].samples) = (0, 0) }
        if let lastScrape, uptime - lastScrape > max(extract.window, interval * 5) {
            // After so long a silence the growth since then would pass for that of the window.
            for index in slots.indices { slots[index].window.restart() }
            children = [:]
            histograms = [:]
            sources = [:]
        }
    }

    /// Takes in one sample of the scrape.
    ///
    /// - Parameter source: which endpoint it is from: the same labels elsewhere are another counter, and are added.
    package mutating func take(_ sample: ExpositionSample, from source: Int = 0) {
        hasMetric = true
        if sources.updateValue(at, forKey: source) == nil { newSources.insert(source) }
        guard matches.allSatisfy({ $0.accepts(sample) }), let index = slot(of: sample) else { return }
        var key = sample.labels.reduce(0) { $0 &+ $1.hashValue }
        if source > 0 { key &+= source.hashValue }
        let before = children[key]
        // A duplicate of the same scrape: the first one counts.
        if let before, before.seen == at { return }
        guard before != nil || children.count < Self.childLimit else {
            hasOverflown = true
            return
        }
        children[key] = Child(value: sample.value, seen: at)
        slots[index].samples += 1
        slots[index].sum += sample.value
        if case .value = extract.take { return }
        let growth = growth(to: sample.value, from: before?.value, isNewSource: newSources.contains(source))
        switch extract.take {
        case .value: break
        case .rate, .increase: slots[index].window.add(growth, to: 0)
        case .share:
            slots[index].window.add(growth, to: 0)
            slots[index].window.add(sharing.allSatisfy { $0.accepts(sample) } ? growth : 0, to: 1)
        case .quantile:
            guard let bound = Double(exposition: sample["le"]), !bound.isNaN else { return }
            var histogram = source.hashValue
            for label in sample.labels where label.name != "le" { histogram &+= label.hashValue }
            histograms[histogram, default: Buckets(slot: index)].bounds.append(bound)
            histograms[histogram]?.growth.append(growth)
        }
    }

    /// Adds what the histograms of this scrape grew by, each to the counters of its own set of buckets.
    private mutating func addHistograms() {
        for (key, buckets) in histograms {
            guard !buckets.bounds.isEmpty else {
                // It was not in this scrape.
                histograms[key] = nil
                continue
            }
            histograms[key]?.bounds.removeAll(keepingCapacity: true)
            histograms[key]?.growth.removeAll(keepingCapacity: true)
            var bounds = buckets.bounds
            var growth = buckets.growth
            if zip(bounds, bounds.dropFirst()).contains(where: { $0 >= $1 }) {
                let order = bounds.indices.sorted { bounds[$0] < bounds[$1] }
                (bounds, growth) = (order.map { bounds[$0] }, order.map { growth[$0] })
            }
            let base = base(of: bounds, in: buckets.slot)
            for (index, grown) in growth.enumerated() { slots[buckets.slot].window.add(grown, to: base + index) }
        }
    }

    private mutating func base(of bounds: [Double], in slot: Int) -> Int {
        if let layout = slots[slot].layouts.first(where: { $0.bounds == bounds }) { return layout.base }
        if slots[slot].layouts.count == Self.layoutLimit {
            slots[slot].layouts = []
            slots[slot].window = GrowthWindow(length: extract.window)
        }
        let base = slots[slot].layouts.last.map { $0.base + $0.bounds.count } ?? 0
        slots[slot].layouts.append(Layout(bounds: bounds, base: base))
        return base
    }

    /// The histograms of a figure merged into one: cumulative counts add up exactly at the bounds that all of them have, so
    /// after a change of buckets, and between releases that have different ones, the figure is coarser and never wrong.
    private func merged(_ slot: Slot, _ growth: [Double]) -> [(bound: Double, count: Double)] {
        func grown(_ layout: Layout, _ index: Int) -> Double {
            layout.base + index < growth.count ? growth[layout.base + index] : 0
        }
        let active = slot.layouts.filter { layout in layout.bounds.indices.contains { grown(layout, $0) > 0 } }
        guard let first = active.first else { return [] }
        return first.bounds.compactMap { bound in
            var sum = 0.0
            for layout in active {
                guard let index = layout.bounds.firstIndex(of: bound) else { return nil }
                sum += grown(layout, index)
            }
            return (bound, sum)
        }
    }

    /// Which figure a sample is a part of; nil: of none.
    private mutating func slot(of sample: ExpositionSample) -> Int? {
        guard let by = extract.by else { return indices[""] }
        let label = sample[by.label]
        if let index = indices[label] {
            if index == elsewhere, strangers[label] != nil { strangers[label] = at }
            return index
        }
        if let value = by.value(meantBy: label), let index = indices[value] {
            indices[label] = index
            return index
        }
        // What bears no such label belongs to no region at all.
        guard let elsewhere, !label.isEmpty else { return nil }
        if strangers.count < Self.strangerLimit {
            strangers[label] = at
            indices[label] = elsewhere
        }
        return elsewhere
    }

    /// Names of places that are kept; a label with a value of its own for each request must not fill our memory.
    private static let strangerLimit = 50

    /// A counter that falls was reset and counts from zero. One that appears between two scrapes counted from zero as well:
    /// client libraries create a labelled counter when they first need it.
    private func growth(to value: Double, from before: Double?, isNewSource: Bool) -> Double {
        guard value.isFinite else { return 0 }
        guard let before, before.isFinite else { return isNewSource || before != nil ? 0 : value }
        return value >= before ? value - before : value
    }

    /// Ends the scrape: the figures that it brought. What needs two scrapes is left out of the first one.
    ///
    /// - Parameter isDamaged: a line of the metric could not be read.
    package mutating func end(isDamaged: Bool = false) -> [Finding] {
        defer {
            lastScrape = at
            newSources = []
            forgetChildren()
        }
        addHistograms()
        var findings: [Finding] = []
        for index in slots.indices {
            let grown = slots[index].window.close(at: at)
            let slot = slots[index]
            if let reason = trouble(with: slot, isDamaged: isDamaged) {
                findings.append(Finding(slot.name, .missed(reason)))
            } else if case .value = extract.take {
                findings.append(Finding(slot.name, slot.sum * extract.scale))
            } else if let grown {
                findings += figures(of: slot, growth: grown.growth, seconds: grown.seconds)
            }
        }
        if extract.namesElsewhere { findings.append(elsewhereNames) }
        return findings
    }

    /// Why a figure cannot be told at all; nil where it can.
    private func trouble(with slot: Slot, isDamaged: Bool) -> String? {
        if hasOverflown { return "\(extract.metric) has over \(Self.childLimit) label sets" }
        if isDamaged { return "a line of \(extract.metric) is malformed" }
        if slot.samples == 0, !isYetToCount { return "no sample of \(described(slot))".bounded() }
        if !slot.sum.isFinite { return "\(extract.metric) is \(slot.sum.isNaN ? "NaN" : "infinite")" }
        return nil
    }

    /// Client libraries create a labelled counter when they first count: where the metric is there and no sample has the wanted
    /// labels, nothing was counted, which is none.
    private var isYetToCount: Bool {
        guard hasMetric, extract.by == nil, !extract.labels.isEmpty else { return false }
        return switch extract.take {
        case .rate, .increase: true
        case .value, .quantile, .share: false
        }
    }

    /// `unknown, XX`: in the order of the alphabet, so that a text that says the same is the same.
    private var elsewhereNames: Finding {
        let patience = max(extract.window, interval * 5)
        let names = strangers.filter { at - $0.value <= patience }.keys.sorted()
        return Finding(FanOut.elsewhereNames(of: extract.name), .text(names.joined(separator: ", ").bounded()))
    }

    /// A figure and, where few are too few, the events that it stands on.
    private func figures(of slot: Slot, growth: [Double], seconds: Double) -> [Finding] {
        let figure = figure(of: slot, growth: growth, seconds: seconds)
        guard let few = extract.few, let events = events(of: slot, growth: growth) else {
            return [Finding(slot.name, figure)]
        }
        let name = extract.events + slot.name.dropFirst(extract.name.count)
        return [Finding(slot.name, events < few ? .tooFew(events) : figure), Finding(name, events)]
    }

    /// How many events a quantile or a share stands on; nil for what is no such figure.
    private func events(of slot: Slot, growth: [Double]) -> Double? {
        switch extract.take {
        case .share: growth.first ?? 0
        case .quantile: merged(slot, growth).last?.count ?? 0  // cumulative buckets: the last holds all
        case .value, .rate, .increase: nil
        }
    }

    private func figure(of slot: Slot, growth: [Double], seconds: Double) -> Measurement {
        let span = "\(Int(seconds.rounded())) s"
        switch extract.take {
        case .value: return .number(slot.sum * extract.scale)
        case .increase: return .number((growth.first ?? 0) * extract.scale)
        case .rate(let per): return .number((growth.first ?? 0) / seconds * per * extract.scale)
        case .share:
            guard growth.count > 1, growth[0] > 0 else { return .missed("\(extract.metric) did not grow in \(span)") }
            return .number(growth[1] / growth[0] * 100 * extract.scale)
        case .quantile(let rank):
            guard slot.layouts.contains(where: { $0.bounds.count > 1 && $0.bounds.last == .infinity }) else {
                return .missed("\(extract.metric) is no classic histogram with a +Inf bucket")
            }
            let buckets = merged(slot, growth)
            guard buckets.count != 1 else {
                return .missed("histograms of \(extract.metric) have no bucket in common")
            }
            guard let quantile = ClassicHistogram.quantile(rank, of: buckets) else {
                return .missed("no observation of \(extract.metric) in \(span)")
            }
            return .number(quantile * extract.scale)
        }
    }

    private func described(_ slot: Slot) -> String {
        var selector = extract.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        if let by = extract.by { selector.append("\(by.label)=\"\(slot.name.dropFirst(extract.name.count + 1))\"") }
        return extract.metric + (selector.isEmpty ? "" : "{\(selector.joined(separator: ","))}")
    }

    /// A label set that comes back soon (a scrape behind a balancer) is still known; one that is long gone is not kept.
    private mutating func forgetChildren() {
        guard children.contains(where: { $1.seen != at }) else { return }
        let (now, patience) = (at, max(extract.window, interval * 5))
        children = children.filter { now - $1.seen <= patience }
        sources = sources.filter { now - $1 <= patience }
    }
}

/// One condition on a label: equal, or beginning alike where it ends in `*`.
struct LabelMatch: Sendable {
    private let label: String
    private let value: String
    private let isPrefix: Bool

    init(_ label: String, _ value: String) {
        self.label = label
        isPrefix = value.hasSuffix("*")
        self.value = isPrefix ? String(value.dropLast()) : value
    }

    func accepts(_ sample: ExpositionSample) -> Bool {
        isPrefix ? sample[label].hasPrefix(value) : sample[label] == value
    }
}
