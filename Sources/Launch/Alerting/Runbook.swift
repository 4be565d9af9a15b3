/// What to do about each alert: the runbook's sections by their anchors, as a reader of the journal can show them.
package struct Runbook: Hashable, Sendable, Codable {
    /// Where the runbook can be read: the anchor of a section is put behind it. Nil: it has no address.
    package var url: String?
    /// The file that it is, for readers who have no address; nil: not known.
    package var file: String?
    /// The first lines of each section, by its anchor without `#`.
    package var sections: [String: [String]]

    /// How many lines of a section are kept: more than one screen of what to do first.
    package static let lineLimit = 24
    /// The last line of a section that was cut.
    package static let cutMark = "… the section goes on in the runbook"

    package init(url: String? = nil, file: String? = nil, sections: [String: [String]] = [:]) {
        self.url = url
        self.file = file
        self.sections = sections
    }

    /// Reads a Markdown file: each heading of the second or third level begins a section.
    package init(markdown: String, url: String? = nil, file: String? = nil) {
        var sections: [String: [String]] = [:]
        var anchor: String?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("## ") || text.hasPrefix("### ") {
                anchor = Runbook.anchor(of: text.drop { $0 == "#" || $0 == " " })
            } else if text.hasPrefix("# ") {
                anchor = nil
            } else if let anchor, !text.isEmpty {
                let kept = sections[anchor, default: []].count
                if kept < Runbook.lineLimit {
                    let line = text.count > 300 ? String(text.prefix(299)) + "…" : String(text)
                    sections[anchor, default: []].append(line)
                } else {
                    sections[anchor, default: []][kept - 1] = Runbook.cutMark
                }
            }
        }
        self.init(url: url, file: file, sections: sections)
    }

    /// A heading's anchor as GitHub and most others make it: small letters, dashes for spaces, no other signs.
    package static func anchor(of heading: some StringProtocol) -> String {
        let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
        return kept.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "-")
    }

    /// What stands for a runbook's entry, and where it leads.
    package struct Link: Hashable, Sendable {
        package var text: String
        /// Nil: it leads nowhere that a terminal could open.
        package var url: String?

        package init(text: String, url: String?) {
            self.text = text
            self.url = url
        }
    }

    /// The link of an alert's `runbook`: an address of its own, or an anchor of this runbook.
    package func link(to reference: String) -> Link {
        guard reference.hasPrefix("#") else {
            // The heading, where it names one; else the page.
            let name = reference.split(whereSeparator: { $0 == "/" || $0 == "#" }).last.map { "\($0)" } ?? reference
            return Link(text: name, url: SafeURL(reference)?.text)
        }
        let target = url.map { ($0.split(separator: "#").first.map(String.init) ?? $0) + reference }
        return Link(text: String(reference.dropFirst()), url: target.flatMap { SafeURL($0)?.text })
    }

    /// Where somebody finds what an alert's `runbook` names who has no screen of guardia's before them: an address; where there is
    /// none, the file and its section.
    package func place(of reference: String) -> String {
        let link = link(to: reference)
        if let url = link.url { return url }
        guard reference.hasPrefix("#") else { return reference }
        return "\(file ?? "docs/runbook.md"), section \(link.text)"
    }

    /// The first lines of the section that an alert's `runbook` names.
    package func lines(of reference: String) -> [String] {
        guard let sign = reference.lastIndex(of: "#") else { return [] }
        return sections[String(reference[reference.index(after: sign)...])] ?? []
    }
}

/// An address that may be handed to a terminal or a browser: http or https, of plain signs, not too long.
///
/// It is checked sign by sign: what is in a journal came from outside, and a control character in an OSC 8 sequence would end it.
package struct SafeURL: Hashable, Sendable {
    /// Longer ones are of no use to a person; terminals cut at about 2,000.
    package static let limit = 1000

    package let text: String

    package init?(_ text: String) {
        guard text.utf8.count <= SafeURL.limit else { return nil }
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme, text.utf8.count > scheme.utf8.count else { return nil }
        // The signs of RFC 3986; everything else must be percent-encoded already.
        let signs = Array("-._~:/?#[]@!$&'()*+,;=%".utf8)
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || signs.contains(byte)
        }
        guard isPlain else { return nil }
        self.text = text
    }
}
