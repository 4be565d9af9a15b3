/// An Alertmanager that guardia works with: an entry of `alertmanagers:`.
package struct AlertmanagerPlan: Hashable, Sendable {
    package var name: String
    /// Its address, without `/api/v2`.
    package var url: String
    /// How often it is asked.
    package var interval: Milliseconds
    package var deadline: Milliseconds
    package var headers: [Header]
    package var tls: TLSPolicy
    /// Its alerts appear in guardia's feed, and what is said of them is written back.
    package var receives: Bool
    /// guardia's own alerts are posted to it.
    package var sends: Bool
    /// Which of its alerts are taken; empty: all.
    package var filter: [LabelMatcher]
    /// The escalation policy of its alerts; nil: they are shown, and guardia tells nobody.
    package var policy: String?

    package init(
        name: String, url: String, interval: Milliseconds = .seconds(15), deadline: Milliseconds = .seconds(5),
        headers: [Header] = [], tls: TLSPolicy = TLSPolicy(), receives: Bool = true, sends: Bool = false,
        filter: [LabelMatcher] = [], policy: String? = nil
    ) {
        self.name = name
        self.url = url
        self.interval = interval
        self.deadline = deadline
        self.headers = headers
        self.tls = tls
        self.receives = receives
        self.sends = sends
        self.filter = filter
        self.policy = policy
    }

    /// The name under which its own silence is an alert: that it does not answer.
    package var linkName: String { "\(name) itself" }
}
