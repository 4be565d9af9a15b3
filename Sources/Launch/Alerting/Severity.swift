/// How bad an alert is. It decides who is woken, and how.
package enum Severity: String, Hashable, Comparable, Sendable, Codable, CaseIterable {
    case info
    case warning
    case critical

    package static func < (left: Severity, right: Severity) -> Bool {
        func rank(_ severity: Severity) -> Int { allCases.firstIndex(of: severity) ?? 0 }
        return rank(left) < rank(right)
    }
}
