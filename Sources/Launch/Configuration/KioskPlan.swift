/// What wall screens show of a launch, and what they hide.
package struct KioskPlan: Hashable, Sendable, Codable {
    /// The pages that a wall turns through; one with nothing to show is passed over.
    package enum Page: String, Hashable, Sendable, Codable, CaseIterable {
        case launch, readiness, alerts, health, business, regions, traffic
    }

    /// What people who pass a wall are not to read.
    package enum Hidden: String, Hashable, Sendable, Codable, CaseIterable {
        /// People: contacts, operators.
        case names
        /// Amounts of money.
        case money
        /// Machines: edges, host names, paths of files.
        case hosts
        /// By which somebody or something is reached: phone numbers, mail, IP addresses, URLs.
        case addresses
    }

    package var pages: [Page]
    /// How long a page stays.
    package var every: Milliseconds
    package var hide: [Hidden]
    /// Texts that are hidden wherever they stand: the name of a customer.
    package var words: [String]
    /// Series whose value is hidden: their verdict is shown.
    package var series: [SeriesID]

    /// Without a `kiosk:` section everything that can be hidden is: a wall is read by whoever passes.
    package static let standard = KioskPlan()

    package init(
        pages: [Page] = Page.allCases, every: Milliseconds = .seconds(15), hide: [Hidden] = Hidden.allCases,
        words: [String] = [], series: [SeriesID] = []
    ) {
        self.pages = pages
        self.every = every
        self.hide = hide
        self.words = words
        self.series = series
    }

    package func hides(_ what: Hidden) -> Bool { hide.contains(what) }

    /// Whether the value of a series is not for a wall.
    package func hides(valueOf series: Series) -> Bool {
        self.series.contains(series.id)
            || hides(.money) && (series.unit == .pesos || series.unit == .pesosPerHour)
    }
}
