/// How lively a barber shop's customers are through the day and the week, in Argentine time; 1 is the week's average.
enum TrafficShape {
    /// Argentina has no summer time: UTC−3 throughout the year.
    static let secondsFromUTC = -3 * 3600

    /// By full hour: low at 4 in the morning, peaks before lunch and after work. The average is 1. Nights are livelier
    /// than real ones, so that a rehearsal at 4 has something to show.
    static let hours: [Double] = normalized([
        0.71, 0.57, 0.48, 0.43, 0.41, 0.43, 0.51, 0.67,
        0.90, 1.13, 1.36, 1.55, 1.58, 1.42, 1.16, 1.10,
        1.16, 1.32, 1.58, 1.68, 1.62, 1.42, 1.13, 0.90,
    ])

    /// From Monday to Sunday. Barbers work on Saturday and rest on Monday; the average is 1.
    static let weekdays: [Double] = normalized([0.75, 0.90, 0.95, 1.05, 1.25, 1.35, 0.75])

    /// The level at a time, between full hours in a straight line.
    static func level(unixTime: Double) -> Double {
        let local = unixTime + Double(secondsFromUTC)
        let hour = local / 3600
        let index = Int(hour.rounded(.down))
        let fraction = hour - hour.rounded(.down)
        // 1 January 1970 was a Thursday.
        let weekday = weekdays[positive(Int((local / 86400).rounded(.down)) + 3, modulo: 7)]
        let from = hours[positive(index, modulo: 24)]
        let to = hours[positive(index + 1, modulo: 24)]
        return (from + (to - from) * fraction) * weekday
    }

    private static func positive(_ value: Int, modulo: Int) -> Int { ((value % modulo) + modulo) % modulo }

    private static func normalized(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 / mean }
    }
}
