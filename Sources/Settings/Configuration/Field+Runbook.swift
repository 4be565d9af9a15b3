import Launch

extension Field {
    /// `{url: https://…, file: runbook.md}`: where the runbook can be read, and the file whose first lines go into the journal, so
    /// that a screen shows them beside the alert. A relative path is one beside the config.
    func runbookFacts() -> Runbook? {
        mapping { fields in
            let address = fields.optional("url")
            let url = address?.url()
            if let url, SafeURL(url) == nil {
                address?.error("this address has signs that no terminal may be sent", hint: "percent-encode them")
            }
            guard let file = fields.optional("file"), let name = file.words() else { return Runbook(url: url) }
            let folder = source.findings.file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            let path = name.hasPrefix("/") || folder.isEmpty ? name : folder.joined(separator: "/") + "/" + name
            // A rescue goes by a copy of the config that lies elsewhere: for the sake of a text beside an alert nothing is refused.
            guard SettingsFile.isReadable(path), let bytes = SettingsFile.read(path, findings: source.findings) else {
                source.findings.warn(
                    file.place, "the runbook \(path) cannot be read: its lines are not shown beside the alerts")
                return Runbook(url: url)
            }
            return Runbook(markdown: String(decoding: bytes, as: UTF8.self), url: url)
        }
    }
}
