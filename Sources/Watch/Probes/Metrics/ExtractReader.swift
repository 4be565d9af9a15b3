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
        /// The upper bounds of a histogram's buckets, in the order of the window's counters.
        var bounds: [Double] = []
    }

    /// More label sets than this under one extract are refused: their sum would cost more than it tells.
    package static let childLimit = 10_000

    private let extract: Extract
    private let interval: Milliseconds
    private let matches: [LabelMatch]
    private let sharing: [LabelMatch]
    private let indices: [String: Int]
    private var slots: [Slot]
    /// By a hash of the label set, which does not depend on the order of the labels.
    private var children: [Int: Child] = [:]
    private var lastScrape: Milliseconds?
    private var at: Milliseconds = 0
    /// When each endpoint last answered: the counters of one that is new did not begin at zero just now.
    private var sources: [Int: Milliseconds] = [:]
    private var newSources: Set<Int> = []
    private var hasOverflown = false

    package init(_ extract: Extract, interval: Milliseconds) {
        self.extract = extract
        self.interval = interval
        matches = extract.labels.map(LabelMatch.init)
        if case .share(let also) = extract.take { sharing = also.map(LabelMatch.init) } else { sharing = [] }
        let values = extract.by?.values ?? [""]
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
        case .value, .rate, .share:
            extract.metric.hasSuffix("_total") ? [extract.metric] : [extract.metric, extract.metric + "_total"]
        }
    }

    /// Begins a scrape.
    package mutating func begin(at uptime: Milliseconds) {
        at = uptime
        hasOverflown = false
        for index in slots.indices { (slots[index].sum, slots[index].samples) = (0, 0) }
        if let lastScrape, uptime - lastScrape > max(extract.window, interval * 5) {
            // After so long a silence the growth since then would pass for that of the window.
            for index in slots.indices { slots[index].window.restart() }
            children = [:]
            sources = [:]
        }
    }

    /// Takes in one sample of the scrape.
    ///
    /// - Parameter source: which endpoint it is from: the same labels elsewhere are another counter, and are added.
    package mutating func take(_ sample: ExpositionSample, from source: Int = 0) {
        guard matches.allSatisfy({ $0.accepts(sample) }), let index = indices[extract.by.map { sample[$0.label] } ?? ""]
        else { return }
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
        if sources.updateValue(at, forKey: source) == nil { newSources.insert(source) }
        slots[index].samples += 1
        slots[index].sum += sample.value
        if case .value = extract.take { return }
        let growth = growth(to: sample.value, from: before?.value, isNewSource: newSources.contains(source))
        switch extract.take {
        case .value: break
        case .rate: slots[index].window.add(growth, to: 0)
        case .share:
            slots[index].window.add(growth, to: 0)
            slots[index].window.add(sharing.allSatisfy { $0.accepts(sample) } ? growth : 0, to: 1)
        case .quantile:
            guard let bound = Double(exposition: sample["le"]), !bound.isNaN else { return }
            let counter = slots[index].bounds.firstIndex(of: bound) ?? slots[index].bounds.count
            if counter == slots[index].bounds.count { slots[index].bounds.append(bound) }
            slots[index].window.add(growth, to: counter)
        }
    }

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
        return slots.indices.compactMap { index in
            let grown = slots[index].window.close(at: at)
            let slot = slots[index]
            if hasOverflown {
                return missed(slot, "\(extract.metric) has over \(Self.childLimit) label sets")
            }
            if isDamaged { return missed(slot, "a line of \(extract.metric) is malformed") }
            if slot.samples == 0 { return missed(slot, "no sample of \(described(slot))".bounded()) }
            if !slot.sum.isFinite { return missed(slot, "\(extract.metric) is \(slot.sum.isNaN ? "NaN" : "infinite")") }
            if case .value = extract.take { return Finding(slot.name, slot.sum * extract.scale) }
            return grown.map { Finding(slot.name, figure(of: slot, growth: $0.growth, seconds: $0.seconds)) }
        }
    }

    private func figure(of slot: Slot, growth: [Double], seconds: Double) -> Measurement {
        let span = "\(Int(seconds.rounded())) s"
        switch extract.take {
        case .value: return .number(slot.sum * extract.scale)
        case .rate(let per): return .number((growth.first ?? 0) / seconds * per * extract.scale)
        case .share:
            guard growth.count > 1, growth[0] > 0 else { return .missed("\(extract.metric) did not grow in \(span)") }
            return .number(growth[1] / growth[0] * 100 * extract.scale)
        case .quantile(let rank):
            let buckets = zip(slot.bounds, growth).map { (bound: $0, count: $1) }
            guard buckets.count > 1, slot.bounds.contains(.infinity) else {
                return .missed("\(extract.metric) is no classic histogram with a +Inf bucket")
            }
            guard let quantile = ClassicHistogram.quantile(rank, of: buckets) else {
                return .missed("no observation of \(extract.metric) in \(span)")
            }
            return .number(quantile * extract.scale)
        }
    }

    private func missed(_ slot: Slot, _ reason: String) -> Finding { Finding(slot.name, .missed(reason)) }

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
