/// What alerts are told together by.
package enum AlertGroup {
    /// Where a rule does not say.
    package static let standard = ["alertname"]

    /// The labels of `names` with their values; one that an alert does not bear is left out, as an empty one.
    package static func key(of labels: Labels, by names: [String]) -> Labels {
        Labels(Dictionary(names.map { ($0, labels[$0]) }, uniquingKeysWith: { first, _ in first }))
    }
}
