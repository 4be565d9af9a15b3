/// What one page says, to one address, before a channel puts it into its own words: SMS, Slack blocks, an e-mail.
package struct Notification: Hashable, Sendable, Codable {
    package var page: PageID
    package var purpose: PagePurpose
    /// Nil: a channel that needs no person.
    package var contact: String?
    /// As the channel has it: a telephone number, a token, a channel. Never journaled.
    package var address: String
    package var severity: Severity
    /// The product and where it runs: `BarberPro production`.
    package var launch: String
    /// What is wrong, in a sentence.
    package var summary: String
    /// The alerts that it is about; empty for a test, a change or a digest.
    package var alerts: [AlertEvent.Facts]
    /// What the alerts of a chain have in common; the same for all pages of a chain: a thread's or an incident's key.
    package var group: String
    /// When this began.
    package var since: Timestamp
    /// What a reply must hold to acknowledge: `4821`; nil where a reply does nothing.
    package var code: String?
    /// A personal link to the mobile page; nil where there is none.
    package var link: String?
    package var runbook: String?
    /// Where it stands in the chain: `step 1 of 4`.
    package var step: String?
    /// A report's own text, for a digest.
    package var text: String?
    package var html: String?
    /// Not tried any more after this time.
    package var expires: Timestamp

    package init(
        page: PageID, purpose: PagePurpose, contact: String?, address: String, severity: Severity, launch: String,
        summary: String, alerts: [AlertEvent.Facts] = [], group: String, since: Timestamp, code: String? = nil,
        link: String? = nil, runbook: String? = nil, step: String? = nil, text: String? = nil, html: String? = nil,
        expires: Timestamp
    ) {
        self.page = page
        self.purpose = purpose
        self.contact = contact
        self.address = address
        self.severity = severity
        self.launch = launch
        self.summary = summary
        self.alerts = alerts
        self.group = group
        self.since = since
        self.code = code
        self.link = link
        self.runbook = runbook
        self.step = step
        self.text = text
        self.html = html
        self.expires = expires
    }
}
