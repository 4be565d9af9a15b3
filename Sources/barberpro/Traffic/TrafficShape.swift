/// How lively a barber shop's customers are through the day and the week, in Argentine time; 1 is the week's average.
enum TrafficShape {
    /// Argentina has no summer time: UTC−3 throughout the year.
    static let secondsFromUTC = -3 * 3600

    /// By full hour: low at 4 in the morning, peaks before lunch and after work. The average is 1.
    static let hours: [Double] = normalized([
        0.55, 0.34, 0.20, 0.12, 0.10, 0.13, 0.25, 0.50,
        0.85, 1.20, 1.55, 1.85, 1.90, 1.65, 1.25, 1.15,
        1.25, 1.50, 1.90, 2.05, 1.95, 1.65, 1.20, 0.85,
    ])

    /// From Monday to Sunday. Barbers work on Saturday and rest on Monday; the average is 1.
    static let weekdays: [Double] = normalized([0.70, 0.90, 0.95, 1.05, 1.35, 1.45, 0.60])

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
