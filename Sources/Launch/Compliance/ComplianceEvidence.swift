/// One fact that was looked at, and when: what an auditor is shown.
package struct ComplianceFact: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        /// It is as it should be.
        case holds
        /// It is not.
        case fails
        /// It could not be looked at.
        case unknown
    }

    /// Stable: `postgres.hba`.
    package var id: String
    package var state: State
    package var text: String
    package var at: Timestamp

    package init(_ id: String, _ state: State, _ text: String, at: Timestamp) {
        self.id = id
        self.state = state
        self.text = text
        self.at = at
    }
}

/// A requirement of a standard or a law, and the facts that bear on it.
package struct Requirement: Hashable, Sendable {
    package enum Framework: String, Hashable, Sendable, CaseIterable {
        case pci = "PCI DSS 4.0.1"
        case personalData = "Ley 25.326"
        case arca = "ARCA"
    }

    package var framework: Framework
    package var number: String
    package var title: String
    /// Facts that must all hold for it to be met, as far as software can see.
    package var facts: [String]
    /// What a person must still show; nil: the facts are all of it.
    package var person: String?

    package init(_ framework: Framework, _ number: String, _ title: String, facts: [String] = [], person: String? = nil)
    {
        self.framework = framework
        self.number = number
        self.title = title
        self.facts = facts
        self.person = person
    }

    /// What is looked at. A requirement that has more to it than facts names what a person must show: software never says of
    /// such a one that it is met.
    package static let all: [Requirement] = [
        Requirement(
            .pci, "2.2.7", "Non-console administrative access is encrypted",
            facts: ["postgres.ssl", "postgres.hba", "postgres.versions"],
            person: "the administration of everything that is not the database"),
        Requirement(
            .pci, "3.3.1", "Sensitive authentication data is not stored after authorization",
            person: "that no track data, card verification code or PIN is stored anywhere"),
        Requirement(
            .pci, "3.5.1", "PAN is unreadable wherever it is stored",
            facts: ["columns", "pan.tables", "pan.files", "backups"],
            person: "places that the config does not name, and how keys are managed (3.6, 3.7)"),
        Requirement(
            .pci, "3.5.1.2", "Disk encryption alone does not make PAN unreadable", facts: ["columns"],
            person: nil),
        Requirement(
            .pci, "4.2.1", "Strong cryptography protects PAN over open networks", facts: ["tls", "mercadopago.tls"],
            person: "an inventory of trusted keys and certificates (4.2.1.1)"),
        Requirement(
            .pci, "6.3.3", "Critical security patches are installed within a month", facts: ["packages"],
            person: "software that does not come as a package of the distribution"),
        Requirement(
            .pci, "8.3.2", "Passwords are unreadable in transit and at rest",
            facts: ["postgres.scram", "postgres.hba"],
            person: "passwords of the application's own users"),
        Requirement(
            .pci, "6.2.4", "Software engineering prevents common attacks: notifications of payments are verified",
            facts: ["mercadopago.webhook"], person: "the other attacks that the requirement lists"),
        Requirement(
            .pci, "8.6.2", "Passwords and tokens of applications are not in scripts or configuration",
            facts: ["mercadopago.token"],
            person: "tokens other than MercadoPago's"),
        Requirement(
            .pci, "10.2.1", "Audit logs are enabled for all access to cardholder data", facts: ["postgres.pgaudit"],
            person: "systems other than the database"),
        Requirement(
            .pci, "10.3.2", "Audit logs are protected from modification", facts: ["audit.chain"],
            person: "who can write the logs of the systems themselves"),
        Requirement(
            .pci, "10.5.1", "Audit history is kept for twelve months", facts: ["audit.retention"],
            person: "that three months of it are at hand"),
        Requirement(
            .pci, "11.3.1", "Internal vulnerability scans every three months", facts: ["scans"],
            person: "that every system is scanned, and rescans"),
        Requirement(
            .pci, "11.3.2", "External scans by an approved vendor every three months",
            person: "the reports of an Approved Scanning Vendor"),
        Requirement(.pci, "12.1", "A security policy is established and known", person: "the policy"),
        Requirement(
            .pci, "12.10", "Incidents are responded to at once", person: "the plan, and that it was tested this year"),
        Requirement(
            .personalData, "art. 9", "Measures keep personal data safe (Resolución AAIP 47/2018)",
            facts: ["tls", "postgres.ssl", "postgres.scram", "backups", "volumes", "audit.chain"],
            person: "the security document and its review"),
        Requirement(
            .personalData, "art. 4", "Data is destroyed once it is needed no more", person: "how long each kind is kept"
        ),
        Requirement(
            .personalData, "art. 5, 6", "People consent, and know what for", person: "the texts that they are shown"),
        Requirement(
            .personalData, "art. 12", "Data goes abroad only where it is protected",
            person: "where the providers are, and their contracts"),
        Requirement(
            .personalData, "art. 14 to 16", "People can see, correct and delete their data",
            person: "the procedure and its times"),
        Requirement(.personalData, "art. 21", "The databases are registered with the AAIP", person: "the registration"),
        Requirement(
            .arca, "RG 4291", "Electronic invoices are authorised (CAE) for each sale",
            person: "that every sale has its CAE, and what happens when ARCA's service is down"),
        Requirement(
            .arca, "WSAA", "The certificate of the web services is valid and its key is safe",
            facts: ["arca.certificate"],
            person: "who may use it"),
        Requirement(
            .arca, "RG 1415", "Receipts show what they must, and are kept for ten years", person: "the archive"),
    ]
}

/// What the evidence says of each requirement: pure, and never more than it shows.
package struct ComplianceReport: Sendable {
    package enum Status: String, Hashable, Sendable, Codable {
        case met
        case notMet = "not met"
        case needsPerson = "needs a person"
        /// What it rests on could not be looked at, or is too old.
        case unknown
    }

    package struct Item: Sendable {
        package var requirement: Requirement
        package var status: Status
        package var facts: [ComplianceFact]
        package var text: String
    }

    package var items: [Item]
    package var facts: [ComplianceFact]
    package var madeAt: Timestamp

    package init(
        _ facts: [ComplianceFact], at now: Timestamp, maximumAge: Milliseconds,
        requirements: [Requirement] = Requirement.all
    ) {
        self.facts = facts
        madeAt = now
        items = requirements.map { requirement in
            let bearing = requirement.facts.compactMap { id in facts.first { $0.id == id } }
            let missing = requirement.facts.filter { id in !facts.contains { $0.id == id } }
            let old = bearing.filter { now - $0.at > maximumAge }
            let status: Status
            let text: String
            if let failing = bearing.first(where: { $0.state == .fails && now - $0.at <= maximumAge }) {
                (status, text) = (.notMet, failing.text)
            } else if let first = old.first {
                (status, text) = (.unknown, "the evidence \(first.id) is too old")
            } else if let unknown = bearing.first(where: { $0.state == .unknown }) {
                (status, text) = (.unknown, unknown.text)
            } else if !missing.isEmpty {
                (status, text) = (
                    requirement.facts.count == missing.count ? .needsPerson : .unknown,
                    "not looked at: \(missing.joined(separator: ", "))"
                )
            } else if let person = requirement.person {
                (status, text) = (
                    .needsPerson, (bearing.isEmpty ? "" : "what software can see holds; ") + "to be shown: \(person)"
                )
            } else {
                (status, text) = (.met, bearing.map(\.text).joined(separator: "; "))
            }
            return Item(requirement: requirement, status: status, facts: bearing, text: text)
        }
    }

    package func check(every: Milliseconds) -> SecurityCheck {
        let count = Dictionary(grouping: items, by: \.status).mapValues(\.count)
        let words = [Status.met, .notMet, .unknown, .needsPerson].compactMap { status in
            count[status].map { "\($0) \(status == .needsPerson && $0 != 1 ? "need a person" : status.rawValue)" }
        }
        return SecurityCheck(
            station: "compliance", summary: words.joined(separator: ", "),
            items: items.map { item in
                let verdict: Verdict =
                    switch item.status {
                    case .met, .needsPerson: .ok
                    case .notMet: .critical
                    case .unknown: .unknown
                    }
                return .init(
                    "\(item.requirement.framework.rawValue) \(item.requirement.number)", verdict,
                    "\(item.status.rawValue): \(item.text)",
                    mark: item.status.rawValue)
            }, every: every)
    }

    // MARK: For people

    package var lines: [String] {
        items.map { item in
            let mark =
                switch item.status {
                case .met: "MET     "
                case .notMet: "NOT MET "
                case .needsPerson: "PERSON  "
                case .unknown: "UNKNOWN "
                }
            return
                "\(mark) \(item.requirement.framework.rawValue) \(item.requirement.number)  \(item.requirement.title): \(item.text)"
        }
    }

    /// - Parameter cell: makes text from outside harmless in Markdown.
    package func markdown(product: String, cell: (String) -> String) -> [String] {
        var lines = [
            "# Compliance evidence: \(cell(product))", "", "Made by guardia on \(SyslogMessage.time(madeAt)).", "",
            "*Met* is said only where the facts below are all that a requirement asks of this part of the launch. *Needs a "
                + "person* means that software cannot see what is left to show. This is evidence for an assessment, not one.",
        ]
        for framework in Requirement.Framework.allCases {
            lines += ["", "## \(framework.rawValue)", "", "| requirement | status | why |", "|---|---|---|"]
            lines += items.filter { $0.requirement.framework == framework }.map { item in
                "| \(item.requirement.number) \(item.requirement.title) | \(item.status == .notMet ? "**not met**" : item.status.rawValue) | \(cell(item.text)) |"
            }
        }
        lines += ["", "## Facts", "", "| fact | state | what was seen | when |", "|---|---|---|---|"]
        lines += facts.map { "| \($0.id) | \($0.state.rawValue) | \(cell($0.text)) | \(SyslogMessage.time($0.at)) |" }
        return lines
    }
}
