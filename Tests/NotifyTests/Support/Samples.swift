import Launch

extension Notification {
    /// A page as the escalation engine would send it.
    static func sample(
        page: String = "p-1", purpose: PagePurpose = .page, contact: String? = "ana", address: String = "+5491155554821",
        severity: Severity = .critical, summary: String = "Payment success 91.2 % is below 95 %",
        alerts: [AlertEvent.Facts] = [], group: String = "payments", since: Int64 = 1_772_000_000,
        code: String? = "4821", link: String? = "https://guardia.example/p/7Kq2", runbook: String? = nil,
        step: String? = "step 1 of 4", text: String? = nil, html: String? = nil, expires: Int64 = 1_772_003_600
    ) -> Notification {
        Notification(
            page: PageID(page), purpose: purpose, contact: contact, address: address, severity: severity,
            launch: "BarberPro production", summary: summary, alerts: alerts, group: group,
            since: Timestamp(seconds: since), code: code, link: link, runbook: runbook, step: step, text: text,
            html: html, expires: Timestamp(seconds: expires))
    }
}
