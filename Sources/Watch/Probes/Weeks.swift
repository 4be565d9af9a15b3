import Launch

/// The same hour of earlier weeks of one question: which is to be asked for next, and what they say of now.
struct Weeks: Sendable {
    private let question: Question
    private let baseline: SeasonalBaseline
    /// By weeks ago, from 1 on: what was answered, and when it was asked for.
    private var answers: [(measurement: Measurement, askedAt: Milliseconds)?]

    init(_ question: Question, zone: Zone, holidays: [LaunchHoliday]) {
        self.question = question
        baseline = SeasonalBaseline(
            zone: zone, hours: question.hours, holidays: holidays, weeks: question.weeks,
            leastWeeks: Question.leastWeeks)
        answers = Array(repeating: nil, count: question.weeks)
    }

    /// How many weeks back are due; at the first look all of them.
    func due(at uptime: Milliseconds) -> [Int] {
        answers.indices.filter { index in
            answers[index].map { uptime - $0.askedAt >= Question.weekInterval } ?? true
        }.map { $0 + 1 }
    }

    /// Takes in an answer. That it was asked for is noted whatever came of it: a slow question about last week must not be
    /// asked again at each look.
    mutating func take(_ measurement: Measurement, weeksAgo: Int, at uptime: Milliseconds) {
        answers[weeksAgo - 1] = (measurement, uptime)
    }

    /// What a look brings besides the number itself.
    ///
    /// - Parameter number: the number of this look.
    func findings(_ number: Measurement?, at now: Moment) -> [Finding] {
        var findings: [Finding] = []
        if let last = answers.first ?? nil, last.askedAt == now.uptime {
            findings.append(Finding(question.weekAgo, last.measurement))
        }
        guard question.weeks >= Question.leastWeeks, let number else { return findings }
        guard case .number(let value) = number else {
            findings.append(Finding(question.deviation, number))
            return findings
        }
        let past = answers.enumerated().compactMap { index, answer -> SeasonalBaseline.Sample? in
            guard case .number(let number)? = answer?.measurement else { return nil }
            return SeasonalBaseline.Sample(at: now.utc + Milliseconds.days(-7 * Int64(index + 1)), value: number)
        }
        switch baseline.judge(value, at: now.utc, past: past) {
        case .usual(let usual), .low(let usual), .high(let usual):
            findings.append(Finding(question.usual, usual.median))
            findings.append(Finding(question.deviation, min(max(usual.deviations, -1000), 1000)))
        case .unjudged(.outsideHours):
            findings.append(Finding(question.deviation, .text("outside its hours")))
        case .unjudged(.holiday(let name)):
            findings.append(Finding(question.deviation, .text("today is a holiday, \(name)")))
        case .unjudged(.tooLittlePast(let weeks, let needed)):
            findings.append(Finding(question.deviation, .text("\(weeks) of \(needed) weeks known")))
        }
        return findings
    }
}
