/// Compares a canary with the colour that serves, at the same time: both live through the same minute of the same launch, so
/// what ails both (a slow database) is not held against the canary.
///
/// Errors are compared as proportions, by the two-proportion z-test (NIST/SEMATECH e-Handbook, 7.3.3). Percentiles cannot be
/// averaged, so latency is compared look by look: each pair of p95 was taken over the same window, and what counts is in how
/// many of the pairs the canary was worse. So are the figures of the business that each colour has of its own.
package struct CanaryAnalysis: Sendable {
    /// What a colour did, as known at one look; nil: not known.
    package struct Figures: Hashable, Sendable {
        /// Requests a second.
        package var requests: Double?
        /// Per cent of the answers.
        package var errors: Double?
        /// Milliseconds.
        package var p95: Double?
        /// The plan's figures of the business, in their order.
        package var kpis: [Double?]

        package init(requests: Double? = nil, errors: Double? = nil, p95: Double? = nil, kpis: [Double?] = []) {
            self.requests = requests
            self.errors = errors
            self.p95 = p95
            self.kpis = kpis
        }
    }

    package enum Judgement: Hashable, Sendable {
        case passed(String)
        case failed(String)
        case inconclusive(String)
    }

    /// Further apart than this is chance one time in a thousand: the canary need not be waited for.
    private static let certain = 3.1
    /// One time in forty: enough after the whole bake.
    private static let significant = 2.0
    /// Fewer requests than this decide nothing early.
    private static let leastSamples = 30.0
    /// Pairs of p95, or of another figure, that are needed, and the share of worse ones that fails.
    static let leastPairs = 10
    static let worseShare = 0.8
    /// Looks in a row in which a guard must be critical.
    private static let guardLooks = 3

    /// Looks in a row that brought nothing, or no request where there should have been many: something broke off meanwhile.
    private static let gapLooks = 3
    /// How many requests must be missing before their absence is no chance.
    private static let missedRequests = 10.0
    /// How often the samples may begin anew.
    package static let gapLimit = 2

    private let plan: AnalysisPlan
    private let text: AmountText
    private var canary = Count()
    private var live = Count()
    private var worsePairs = 0
    /// The p95 of both, look by look.
    private var pairs: [(canary: Double, live: Double)] = []
    private var kpis: [KpiLooks]
    private var guardStreaks: [SeriesID: Int] = [:]
    private var standing: Set<SeriesID>?
    private var looks = 0
    private var blindLooks = 0
    /// Looks in a row, until now, that were a gap, and the requests that were missed in them.
    private var gap = Gap()
    /// How often the samples began anew: what was counted before a gap says nothing of what comes after it.
    package private(set) var gaps = 0
    /// The critical alerts that fire now and did not before the deploy.
    private var alerts: [String] = []

    private struct Gap: Hashable {
        var looks = 0
        var missed = 0.0
        /// Whether it was not known how many requests there are, rather than known that there are none.
        var isBlind = false
    }

    private struct Count: Hashable {
        var requests = 0.0
        var errors = 0.0

        var share: Double { requests > 0 ? errors / requests : 0 }
    }

    /// - Parameter text: how its numbers are written for people.
    package init(_ plan: AnalysisPlan, text: AmountText = AmountText(.argentine)) {
        self.plan = plan
        self.text = text
        kpis = plan.kpis.map { KpiLooks($0) }
    }

    /// Takes one look at both colours.
    ///
    /// - Parameters:
    ///   - guards: the verdicts of the plan's guards.
    ///   - alerts: the critical alerts that fire now and did not before the deploy.
    ///   - seconds: how long since the look before.
    package mutating func take(
        canary canaryFigures: Figures, live liveFigures: Figures, guards: [SeriesID: Verdict], alerts: [String] = [],
        seconds: Double
    ) {
        self.alerts = alerts
        takeGap(canaryFigures, liveFigures, seconds)
        looks += 1
        let known =
            CanaryAnalysis.add(canaryFigures, to: &canary, seconds)
            && CanaryAnalysis.add(liveFigures, to: &live, seconds)
        if !known { blindLooks += 1 }
        if let a = canaryFigures.p95, let b = liveFigures.p95, a.isFinite, b.isFinite, b > 0 {
            pairs.append((a, b))
            if plan.isSlower(a, than: b) { worsePairs += 1 }
        }
        for (index, figures) in zip(canaryFigures.kpis, liveFigures.kpis).enumerated() where index < kpis.count {
            kpis[index].take(figures.0, figures.1)
        }
        // What was critical before the canary had anything is not its doing.
        if standing == nil { standing = Set(guards.filter { $0.value == .critical }.keys) }
        for (series, verdict) in guards where standing?.contains(series) != true {
            guardStreaks[series] = verdict == .critical ? (guardStreaks[series] ?? 0) + 1 : 0
        }
    }

    /// An edge that does not answer, an application that stands still: once it is over, the samples begin anew.
    private mutating func takeGap(_ canary: Figures, _ live: Figures, _ seconds: Double) {
        let isUnknown = canary.requests == nil || live.requests == nil
        let rate = looks > 0 ? self.live.requests / Double(looks) : 0
        let isStill = live.requests == 0 && rate > 0
        if isUnknown || isStill {
            gap.looks += 1
            gap.isBlind = isUnknown
            gap.missed += isUnknown ? CanaryAnalysis.missedRequests : rate * seconds
            return
        }
        // Before the first requests there is nothing that could break off.
        if isInGap, self.live.requests > 0 {
            gaps += 1
            (self.canary, self.live) = (Count(), Count())
            (pairs, worsePairs, looks, blindLooks) = ([], 0, 0, 0)
            kpis = plan.kpis.map { KpiLooks($0) }
        }
        gap = Gap()
    }

    private var isInGap: Bool {
        gap.looks >= CanaryAnalysis.gapLooks && gap.missed >= CanaryAnalysis.missedRequests
    }

    /// Why the canary must not grow now, whatever was counted; nil where it may. It may pass.
    package var obstacle: String? {
        // No number in it: it is told again whenever it changes.
        if isInGap { return gap.isBlind ? "the figures of the colours are not known" : "no requests are seen any more" }
        if let first = alerts.first {
            return "critical since the deploy began: \(first)"
                + (alerts.count > 1 ? " (+\(alerts.count - 1) more)" : "")
        }
        return nil
    }

    private static func add(_ figures: Figures, to count: inout Count, _ seconds: Double) -> Bool {
        guard let requests = figures.requests, requests.isFinite, requests >= 0 else { return false }
        // No traffic has no errors; unknown errors of known traffic are not taken as none.
        guard let errors = figures.errors ?? (requests == 0 ? 0 : nil), errors.isFinite else { return false }
        count.requests += requests * seconds
        count.errors += requests * seconds * min(max(errors, 0), 100) / 100
        return true
    }

    /// What is certain before the bake is over; nil: nothing yet.
    package var early: Judgement? {
        if let (series, _) = guardStreaks.filter({ $0.value >= CanaryAnalysis.guardLooks }).min(by: { $0.key < $1.key })
        {
            return .failed("\(series) became critical")
        }
        if canary.requests >= CanaryAnalysis.leastSamples, errorsWorse > plan.errorsWorseBy, z >= CanaryAnalysis.certain
        {
            return .failed(errorText)
        }
        return nil
    }

    /// The judgement when the bake is over.
    package var final: Judgement {
        if let early { return early }
        if let obstacle { return .inconclusive(obstacle) }
        if gaps > CanaryAnalysis.gapLimit {
            return .inconclusive("what is counted broke off \(gaps) times: nothing can be compared")
        }
        if looks == 0 { return .inconclusive("nothing was read of either colour") }
        if blindLooks * 2 > looks {
            return .inconclusive("the figures of the colours were not known for \(blindLooks) of \(looks) looks")
        }
        if canary.requests < Double(plan.samples) {
            return .inconclusive("too few requests: \(whole(canary.requests)) of \(plan.samples)")
        }
        if errorsWorse > plan.errorsWorseBy {
            return z >= CanaryAnalysis.significant
                ? .failed(errorText) : .inconclusive("\(errorText), which may be chance")
        }
        if pairs.count < CanaryAnalysis.leastPairs {
            return .inconclusive("latency of both was read \(pairs.count) times only")
        }
        if Double(worsePairs) >= Double(pairs.count) * CanaryAnalysis.worseShare { return .failed(latencyText) }
        let doubts = kpis.compactMap { $0.judgement(text) }
        // What is clear counts before what is not.
        if let failure = doubts.first(where: { if case .failed = $0 { true } else { false } }) { return failure }
        if let doubt = doubts.first { return doubt }
        return .passed("\(whole(canary.requests)) requests, \(comparedText)")
    }

    /// How it stands on its way; nil while nothing was counted.
    package var progress: String? {
        guard canary.requests >= 1 else { return nil }
        return "\(whole(canary.requests)) requests so far, \(comparedText)"
    }

    private var comparedText: String {
        ([errorText, latencyText] + kpis.map { $0.words(text) }).joined(separator: "; ")
    }

    /// In percentage points.
    private var errorsWorse: Double { (canary.share - live.share) * 100 }

    /// The pooled two-proportion z; without any error 0.
    private var z: Double {
        guard canary.requests > 0, live.requests > 0 else { return canary.errors > 0 ? .infinity : 0 }
        let pooled = (canary.errors + live.errors) / (canary.requests + live.requests)
        let variance = pooled * (1 - pooled) * (1 / canary.requests + 1 / live.requests)
        return variance > 0 ? (canary.share - live.share) / variance.squareRoot() : 0
    }

    private var errorText: String {
        "errors \(text.percent(canary.share * 100, decimals: 1)) against \(text.percent(live.share * 100, decimals: 1))"
    }

    /// The p95 that were typical of all looks: those of the last one alone can say the contrary of how many were worse.
    private var latencyText: String {
        guard let canary = Comparison.median(pairs.map(\.canary)), let live = Comparison.median(pairs.map(\.live))
        else {
            return "latency not compared"
        }
        return "p95 \(text.amount(canary, .milliseconds)) against \(text.amount(live, .milliseconds)), "
            + "worse in \(worsePairs) of \(pairs.count) looks"
    }

    private func whole(_ number: Double) -> String { number.isNaN ? "?" : text.number(number, decimals: 0) }
}

extension AnalysisPlan {
    /// Of two p95 of the same window.
    func isSlower(_ canary: Double, than live: Double) -> Bool { canary > live * (1 + latencyWorseBy / 100) }

    /// Whether one look at both is worse than the plan lets a canary be. One look proves nothing.
    package func isWorse(_ canary: CanaryAnalysis.Figures, than live: CanaryAnalysis.Figures) -> Bool {
        if let a = canary.errors, a > (live.errors ?? 0) + errorsWorseBy { return true }
        for (kpi, pair) in zip(kpis, zip(canary.kpis, live.kpis)) {
            if let a = pair.0, let b = pair.1, kpi.isWorse(a, than: b) == true { return true }
        }
        guard let a = canary.p95, let b = live.p95, b > 0 else { return false }
        return isSlower(a, than: b)
    }
}
