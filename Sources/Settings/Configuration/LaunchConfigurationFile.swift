package import Launch

/// The file that describes a launch: `Config/barberpro.yaml` explains every key.
package struct LaunchConfigurationFile: Sendable {
    package var configuration: LaunchConfiguration
    /// What is allowed but probably not meant, in the order of the file.
    package var warnings: [ConfigError]

    /// Reads and checks the file at `path`.
    ///
    /// - Parameter variables: what `${NAME}` stands for; the environment is not asked.
    /// - Throws: everything that is wrong with the file, at once.
    package static func load(
        path: String, variables: [String: String] = [:]
    ) throws(ConfigErrors) -> LaunchConfigurationFile {
        try load(bytes: try bytes(of: path), name: path, variables: variables)
    }

    /// The file as it is, unchecked.
    package static func bytes(of path: String) throws(ConfigErrors) -> [UInt8] {
        let findings = Findings(file: path)
        guard let bytes = SettingsFile.read(path, findings: findings) else { throw ConfigErrors(findings.errors) }
        return bytes
    }

    /// One byte more than is taken, so that a longer file is seen to be one.
    package static var byteLimit: Int { YAMLDocument.byteLimit + 1 }

    /// Reads a file that is already in memory; `name` stands for it in messages.
    package static func load(
        bytes: [UInt8], name: String, variables: [String: String] = [:]
    ) throws(ConfigErrors) -> LaunchConfigurationFile {
        try load(bytes: bytes, variables: variables, findings: Findings(file: name))
    }

    /// The path of the journal that a file names, read from that section alone: whoever only looks need not wait until a
    /// thousand lines are checked, nor go without a journal because another section has an error. Nil where the section does not
    /// stand by itself: the whole file is then to be asked.
    package static func journalPath(
        in bytes: [UInt8], name: String, variables: [String: String] = [:]
    ) -> String? {
        guard let section = YAMLDocument.section("journal", of: bytes) else { return nil }
        let findings = Findings(file: name)
        let source = Source(findings: findings, variables: variables)
        let plan = source.root(of: section).flatMap { $0.mapping { $0.required("journal")?.journalPlan() } ?? nil }
        return findings.hasErrors ? nil : plan?.path
    }

    /// What `guardia check` says of a file.
    package static func check(
        path: String, variables: [String: String] = [:]
    ) -> (errors: [ConfigError], warnings: [ConfigError]) {
        do throws(ConfigErrors) {
            return ([], try load(path: path, variables: variables).warnings)
        } catch {
            return (error.errors, [])
        }
    }

    private static func load(
        bytes: [UInt8], variables: [String: String], findings: Findings
    ) throws(ConfigErrors) -> LaunchConfigurationFile {
        let source = Source(findings: findings, variables: variables)
        let configuration = source.root(of: bytes).flatMap { $0.mapping(read) }
        guard let configuration, !findings.hasErrors else { throw ConfigErrors(findings.errors) }
        return LaunchConfigurationFile(configuration: configuration, warnings: findings.warnings)
    }

    /// Reads every section, whatever is wrong in those before. The value is only looked at when nothing was.
    private static func read(_ fields: Fields) -> LaunchConfiguration {
        let catalogue = SeriesCatalogue()
        let probes = ProbeReader(catalogue)
        if let list = fields.required("probes") {
            probes.read(list)
            if probes.probes.isEmpty, !fields.source.findings.hasErrors { list.error("there is no probe") }
        } else {
            catalogue.markIncomplete("")
        }
        let deployment = DeploymentReader(catalogue)
        fields.optional("deployment").map { deployment.read($0) }
        let backup = BackupReader(catalogue)
        fields.optional("backup").map { backup.read($0) }
        fields.optional("drills").map { backup.readDrills($0) }
        let flags = FlagsReader(catalogue)
        fields.optional("flags").map { flags.read($0, probes.probes.map(\.probe)) }
        let security = fields.optional("security")?.securityPlan(catalogue, of: deployment.deployment)
        let derivations = DerivationReader(catalogue)
        fields.optional("derived").map { derivations.read($0) }
        let product = fields.required("product")?.mapping { fields in
            Product(
                name: fields.required("name")?.words() ?? "",
                version: fields.optional("version").flatMap { catalogue.resolve($0) })
        }
        let zone = fields.required("timezone")?.zone()
        let plan = deployment.finish(probes.probes.map(\.probe))
        let (backupPlan, drillsPlan) = backup.finish(probes.probes.map(\.probe))
        let alerts = AlertReader(catalogue: catalogue, probes: probes.probes.map(\.probe))
            .read(fields.optional("alerts"), inhibitions: fields.optional("inhibitions"))
        let flagsPlan = flags.finish(alerts)
        var configuration = LaunchConfiguration(
            product: product ?? Product(name: ""), zoneName: zone?.name ?? "UTC",
            zoneAbbreviation: zone?.abbreviation ?? "UTC",
            figures: fields.optional("figures")?.choice(["es_AR": .argentine, "en": .english]) ?? .argentine,
            environment: fields.required("environment")?.identifier() ?? "",
            launch: fields.optional("launch")?.launchPlan(zoneName: zone?.name ?? "UTC") ?? LaunchPlan(),
            journal: fields.required("journal")?.journalPlan() ?? JournalPlan(path: ""),
            probes: probes.probes.map(\.probe) + (plan?.probes ?? []) + (flagsPlan.map { [$0.probe] } ?? [])
                + (backupPlan.map { [$0.asProbe] } ?? [])
                + (plan.flatMap { plan in security?.defences.map { [$0.probe(of: plan)] } } ?? []),
            derivations: derivations.derivations,
            series: catalogue.all,
            panes: fields.required("panes")?.mapping(PanesReader(catalogue: catalogue).read) ?? Panes(),
            kpis: fields.optional("kpis").map { KpiReader(catalogue: catalogue).read($0) } ?? [], deployment: plan,
            flags: flagsPlan, backup: backupPlan, drills: drillsPlan,
            operators: fields.optional("operators")?.operatorRules() ?? .standard,
            actAs: fields.optional("act_as")?.delegation() ?? [],
            channels: fields.optional("channels")?.channels() ?? [],
            // MARK: Alerting
            alerts: alerts,
            alertmanagers: fields.optional("alertmanagers")?.alertmanagers() ?? [],
            security: security)
        if let rules = fields.optional("approvals")?.approvals() {
            configuration.approvals = rules
            configuration.deployment?.approvals = rules.count(for: .deploy)
            configuration.deployment?.approvalLimit = rules.limit
        }
        if let kiosk = fields.optional("kiosk")?.kioskPlan(catalogue) { configuration.kiosk = kiosk }
        if configuration.security?.defences != nil, plan?.hardening == nil {
            fields.optional("security")?.error(
                "'defences' has nothing to prove", hint: "'deployment' has no 'hardening'")
        }
        configuration.runbook = fields.optional("runbook")?.runbookFacts()
        // MARK: Operations
        configuration.checklist = fields.optional("checklist")?.checklist() ?? []
        // MARK: Escalation
        EscalationReader(zoneName: configuration.zoneName).read(fields, into: &configuration)
        // MARK: Readiness: after all that its checks look at
        configuration.readiness = fields.optional("readiness").flatMap {
            ReadinessReader(catalogue: catalogue, probes: configuration.probes.map(\.name)).read($0, of: configuration)
        }
        for (probe, place) in probes.probes
        where !catalogue.referred.contains(where: { $0.name.hasPrefix("\(probe.name).") }) {
            fields.source.findings.warn(place, "nothing shows or uses the probe '\(probe.name)'")
        }
        return configuration
    }
}

extension Field {
    fileprivate func delegation() -> [String] {
        let words = texts()
        if !Delegation.isKnown(words) {
            error("'act_as' is sudo or doas with a user", hint: "as \(Delegation.example)")
        }
        return words
    }

    fileprivate func zone() -> (name: String, abbreviation: String)? {
        mapping { fields in
            let abbreviation = fields.required("abbreviation")?.parse { text throws(Misfit) in
                guard (1...6).contains(text.count), text.allSatisfy({ $0.isLetter || $0.isNumber || "+-".contains($0) })
                else { throw Misfit("\(text.quoted) is not an abbreviation", hint: "one to six letters, as ART") }
                return text
            }
            let name = fields.required("name")?.parse { text throws(Misfit) in
                try ZoneTable.make(name: text, abbreviation: "", around: Timestamp(seconds: 0), years: 0).name
            }
            return (name ?? "UTC", abbreviation ?? "")
        }
    }

    fileprivate func journalPlan() -> JournalPlan? {
        mapping { fields in
            let usual = JournalPlan(path: "")
            let keep = fields.optional("keep")?.duration(Milliseconds.hours(1)...Milliseconds.days(30)) ?? usual.full
            let downsampled = fields.optional("keep_downsampled")
            let later = downsampled?.duration(Milliseconds.days(1)...Milliseconds.days(3650))
            if let later, later < keep {
                downsampled?.error("'keep_downsampled' is shorter than 'keep'")
            }
            return JournalPlan(
                path: fields.required("path")?.path() ?? "", full: keep,
                downsampled: later ?? max(usual.downsampled, keep))
        }
    }
}
