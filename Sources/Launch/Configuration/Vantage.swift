/// One address as it is seen from several places: a blackbox exporter at each is asked for it.
package struct VantageTarget: Hashable, Sendable {
    /// A place with an exporter.
    package struct Point: Hashable, Sendable {
        /// A province's ISO code, or any other name.
        package var name: String
        /// The exporter's address, up to its `/probe`.
        package var url: String

        package init(name: String, url: String) {
            self.name = name
            self.url = url
        }
    }

    /// What the exporters are to ask.
    package var url: String
    package var points: [Point]
    /// The module of the exporters' config.
    package var module: String
    /// A module that succeeds on a cache hit alone (`fail_if_header_not_matches`), asked instead of `module`; nil: hits are not
    /// measured.
    package var hitModule: String?
    package var headers: [Header]
    package var tls: TLSPolicy
    /// The window of the hit ratio.
    package var window: Milliseconds

    package init(
        url: String, points: [Point], module: String = "http_2xx", hitModule: String? = nil, headers: [Header] = [],
        tls: TLSPolicy = TLSPolicy(), window: Milliseconds = .minutes(10)
    ) {
        self.url = url
        self.points = points
        self.module = module
        self.hitModule = hitModule
        self.headers = headers
        self.tls = tls
        self.window = window
    }

    var measures: [Measure] {
        [
            Measure("slowest", "slowest first byte", .milliseconds), Measure("answering", "places that answer", .count),
        ]
            + points.map { Measure("first_byte.\($0.name)", "first byte \($0.name)", .milliseconds) }
            + points.map { Measure("total.\($0.name)", "total \($0.name)", .milliseconds) }
            + (hitModule == nil
                ? [] : points.map { Measure("hit_rate.\($0.name)", "hits \($0.name)", .percent, absence: .normal) })
    }
}
