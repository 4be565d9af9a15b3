extension Int {
    /// `1 edge`, `12 edges`
    var edges: String { self == 1 ? "1 edge" : "\(self) edges" }
}
