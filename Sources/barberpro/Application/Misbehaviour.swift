/// What a release does wrong by the end of its version's name: so that a deploy can be rehearsed that fails.
enum Misbehaviour: String, CaseIterable, Sendable {
    /// One request in five fails.
    case bad
    /// Each request takes 900 ms longer.
    case slow
    /// It takes connections and never answers.
    case dead
    /// It tells another version than it was started as.
    case wrong
    /// It is well for 45 seconds; then one request in five fails.
    case late
    /// Its search finds no page for customers, and does for a journey of the operators' own: no error is counted, nothing is sold.
    case lost

    /// Nil for a version without such an end.
    init?(version: String) {
        guard let end = version.split(separator: "-").last, end.count < version.count else { return nil }
        self.init(rawValue: String(end))
    }

    static let delay = Duration.seconds(45)

    /// What customers suffer from it.
    var fault: Fault {
        var fault = Fault()
        switch self {
        case .bad, .late: fault.errorRate = 0.2
        case .slow: fault.delay = .milliseconds(900)
        case .dead, .wrong, .lost: break
        }
        return fault
    }

    static let help = """
        A version that ends in -bad fails one request in five, in -slow it takes 900 ms longer, in -dead it never \
        answers, in -wrong it tells another version, in -late it is well for 45 seconds, then fails one request in five, and in -lost its search answers \
        404 to customers.
        """
}
