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
            guard let file = fields.optional("file"), let name = file.fileName() else { return Runbook(url: url) }
            let folder = source.findings.file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            let path = name.hasPrefix("/") || folder.isEmpty ? name : folder.joined(separator: "/") + "/" + name
            // A rescue goes by a copy of the config that lies elsewhere: for the sake of a text beside an alert nothing is refused.
            guard SettingsFile.isReadable(path), let bytes = SettingsFile.read(path, findings: source.findings) else {
                source.findings.warn(
                    file.place, "the runbook \(path) cannot be read: its lines are not shown beside the alerts")
                return Runbook(url: url)
            }
            return Runbook(markdown: String(decoding: bytes, as: UTF8.self), url: url, file: path.withoutDetours)
        }
    }

    /// A path, whole or from the config's folder; as long as paths may be.
    private func fileName() -> String? {
        parse { text throws(Misfit) in
            guard !text.isEmpty, text.utf8.count < 4096, !text.utf8.contains(0), !text.contains(where: \.isNewline)
            else {
                throw Misfit("this is no path of a file", hint: "write it as runbook.md or /etc/guardia/runbook.md")
            }
            return text
        }
    }
}

extension String {
    /// A path without `folder/..` in it, as a person would write it.
    fileprivate var withoutDetours: String {
        var parts: [Substring] = []
        for part in split(separator: "/", omittingEmptySubsequences: false) where part != "." {
            if part == "..", let last = parts.last, !last.isEmpty, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
