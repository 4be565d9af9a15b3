import Launch

/// The section `security`: docs/security.md explains every key.
extension Field {
    /// - Parameter catalogue: takes the series of what the edges turn away.
    func securityPlan(_ catalogue: SeriesCatalogue, of deployment: Deployment?) -> SecurityPlan? {
        mapping { fields in
            SecurityPlan(
                tls: fields.optional("tls")?.tlsPlan(), renewal: fields.optional("renewal")?.renewalPlan(),
                audit: fields.optional("audit")?.auditPlan() ?? AuditPlan(),
                compliance: fields.optional("compliance")?.compliancePlan(),
                scans: fields.optional("scans")?.scanPlan(),
                defences: fields.optional("defences")?.defencePlan(catalogue, of: deployment))
        }
    }

    static let pace = Milliseconds.minutes(1)...Milliseconds.days(7)

    private func tlsPlan() -> TLSPlan? {
        mapping { fields in
            let usual = TLSPlan(endpoints: [])
            let endpoints = fields.required("endpoints")?.items().compactMap { $0.tlsEndpoints() }.flatMap { $0 } ?? []
            let warn = fields.optional("warn")?.duration(.hours(1) ... .days(365))
            let critical = fields.optional("critical")
            let criticalDays = critical?.duration(.hours(1) ... .days(365))
            var limits = usual.limits
            if let warn { limits.warnDays = warn.seconds / 86_400 }
            if let criticalDays { limits.criticalDays = criticalDays.seconds / 86_400 }
            if limits.criticalDays > limits.warnDays {
                critical?.error("'critical' is longer than 'warn', which would never be seen")
            }
            if let hsts = fields.optional("hsts")?.duration(.days(1) ... .days(3650)) {
                limits.hstsSeconds = hsts.count / 1000
            }
            let servers = fields.optional("caa").flatMap { field -> [String]? in
                field.isList ? field.texts() : field.flag() == false ? [] : nil
            }
            return TLSPlan(
                endpoints: endpoints, every: fields.optional("every")?.duration(Field.pace) ?? usual.every,
                deadline: fields.optional("deadline")?.duration(.seconds(1) ... .minutes(2)) ?? usual.deadline,
                limits: limits, nameServers: servers)
        }
    }

    /// `{host: …, addresses: […]}`: an endpoint an address.
    private func tlsEndpoints() -> [TLSEndpoint]? {
        mapping { fields in
            let host = fields.required("host")?.parse { text throws(Misfit) -> String in
                guard !text.contains("/") else {
                    throw Misfit("\(text.quoted) is not a host", hint: "write it as api.example.com, without https://")
                }
                try Authority.check(text, hint: "write it as api.example.com")
                return text
            }
            let parts = (host ?? "").split(separator: ":", omittingEmptySubsequences: false)
            let name = parts.count == 2 ? String(parts[0]) : host ?? ""
            let port = parts.count == 2 ? UInt16(parts[1]) ?? 443 : 443
            let path = fields.optional("path")
            let pathText: String? =
                if let path, case .scalar(let scalar) = path.node.content, scalar.text == "none" { nil } else {
                    path?.parse { text throws(Misfit) -> String in
                        guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
                            throw Misfit("\(text.quoted) is not a path", hint: "begin it with /, or write none")
                        }
                        return text
                    } ?? "/"
                }
            let certificate = fields.optional("certificate")?.path()
            let authorities = fields.optional("ca")?.existingFile()
            let addresses = fields.optional("addresses")?.texts() ?? []
            let places: [String?] = addresses.isEmpty ? [nil] : addresses
            return places.map { place in
                var (address, endPort) = (place, port)
                if let place, !place.contains("::"), let colon = place.lastIndex(of: ":"), !place.hasPrefix("[") {
                    address = String(place[..<colon])
                    if let number = UInt16(place[place.index(after: colon)...]) {
                        endPort = number
                    } else {
                        fields.error("\(place.quoted) is not an address", hint: "write it as 10.0.0.5 or 10.0.0.5:443")
                    }
                }
                return TLSEndpoint(
                    host: name, port: endPort, address: address, expectedFile: certificate, authorities: authorities,
                    path: pathText)
            }
        }
    }

    private func renewalPlan() -> RenewalPlan? {
        mapping { fields in
            let usual = RenewalPlan()
            let timer = fields.optional("timer")?.text()
            return RenewalPlan(
                folder: fields.optional("folder")?.path() ?? usual.folder,
                log: fields.optional("log")?.path() ?? usual.log, timer: timer == "none" ? nil : timer ?? usual.timer,
                maximumAge: fields.optional("max_age")?.duration(.hours(1) ... .days(90)) ?? usual.maximumAge,
                maximumDryRunAge: fields.optional("dry_run")?.duration(.days(1) ... .days(365))
                    ?? usual.maximumDryRunAge,
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every)
        }
    }

    // MARK: The audit

    private func auditPlan() -> AuditPlan? {
        mapping { fields in
            let usual = AuditPlan()
            var keep: [AuditClass: Milliseconds] = [:]
            for entry in fields.optional("keep")?.pairs() ?? [] {
                guard let kind = AuditClass(rawValue: entry.key) else {
                    entry.value.error(
                        "\(entry.key.quoted) is no class of audit",
                        hint: AuditClass.allCases.map(\.rawValue).joined(separator: ", "))
                    continue
                }
                keep[kind] = entry.value.duration(.days(1) ... .days(3650))
            }
            return AuditPlan(
                signingKey: fields.optional("signing_key")?.secret(),
                publicKey: fields.optional("public_key")?.path(),
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every,
                syslog: fields.optional("syslog")?.syslogDestination(),
                postgres: fields.optional("postgres")?.mapping { $0.postgresServer() },
                sources: fields.optional("collect")?.items().compactMap { $0.auditSource() } ?? [], keep: keep)
        }
    }

    private func syslogDestination() -> SyslogDestination? {
        mapping { fields -> SyslogDestination? in
            guard let given = fields.one(of: ["udp", "tcp", "unix"]) else {
                fields.error("'syslog' needs 'udp', 'tcp' or 'unix'")
                return nil
            }
            if given.key == "unix" { return given.path().map { .unix(path: $0) } }
            let place = given.parse { text throws(Misfit) -> (String, UInt16) in
                try Authority.check(text, hint: "write it as 10.0.0.9:514")
                guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
                    throw Misfit("\(text.quoted) has no port", hint: "write it as 10.0.0.9:514")
                }
                return (String(text[..<colon]).trimmingBrackets, port)
            }
            guard let place else { return nil }
            return given.key == "udp" ? .udp(host: place.0, port: place.1) : .tcp(host: place.0, port: place.1)
        } ?? nil
    }

    private func auditSource() -> AuditSource? {
        mapping { fields -> AuditSource? in
            let name = fields.required("name")?.identifier() ?? ""
            guard let given = fields.one(of: ["jsonlog", "csvlog", "files"]) else {
                fields.error("a source of audit needs 'jsonlog', 'csvlog' or 'files'")
                return nil
            }
            switch given.key {
            case "jsonlog": return given.path().map { AuditSource(name: name, kind: .jsonlog(path: $0)) }
            case "csvlog": return given.path().map { AuditSource(name: name, kind: .csvlog(path: $0)) }
            default: return AuditSource(name: name, kind: .files(given.items().compactMap { $0.path() }))
            }
        } ?? nil
    }

    // MARK: Compliance

    private func compliancePlan() -> CompliancePlan? {
        mapping { fields in
            let usual = CompliancePlan()
            return CompliancePlan(
                postgres: fields.optional("postgres")?.mapping { $0.postgresServer() },
                encryptedColumns: fields.optional("encrypted_columns")?.items().compactMap { $0.relation(parts: 2...3) }
                    ?? [],
                tables: fields.optional("tables")?.items().compactMap { $0.relation(parts: 1...2) } ?? [],
                auditedTables: fields.optional("audited_tables")?.items().compactMap { $0.relation(parts: 1...2) }
                    ?? [],
                files: fields.optional("files")?.items().compactMap { $0.path() } ?? [],
                backups: fields.optional("backups")?.items().compactMap { $0.path() } ?? [],
                volumes: fields.optional("volumes")?.items().compactMap { $0.volume() } ?? [],
                mercadoPago: fields.optional("mercadopago")?.mapping { fields in
                    let usual = MercadoPagoPlan()
                    return MercadoPagoPlan(
                        token: fields.optional("token")?.secret(),
                        webhookSecret: fields.optional("webhook_secret")?.secret(),
                        webhook: fields.optional("webhook")?.url(),
                        files: fields.optional("files")?.items().compactMap { $0.path() } ?? [],
                        host: fields.optional("host")?.text() ?? usual.host,
                        port: fields.optional("port")?.integer(in: 1...65_535).map(UInt16.init) ?? usual.port,
                        authorities: fields.optional("ca")?.existingFile())
                },
                arcaCertificate: fields.optional("arca_certificate")?.path(),
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every,
                maximumAge: fields.optional("max_age")?.duration(.hours(1) ... .days(90)) ?? usual.maximumAge)
        }
    }

    /// `/var/lib/postgresql`, or `{path: …, on: [ssh, db-1]}`.
    private func volume() -> CompliancePlan.Volume? {
        if case .scalar = node.content { return path().map { CompliancePlan.Volume(path: $0) } }
        return mapping { fields -> CompliancePlan.Volume? in
            guard let path = fields.required("path")?.path() else { return nil }
            // Through ssh a shell reads it: only what means nothing to one.
            let isPlain = path.utf8.allSatisfy {
                $0 >= 48 && $0 <= 57 || (97...122).contains($0 | 32) || [45, 46, 47, 95].contains($0)
            }
            if !isPlain { fields.error("\(path.quoted) has characters that a shell elsewhere would read") }
            return CompliancePlan.Volume(path: path, on: fields.optional("on")?.texts() ?? [])
        } ?? nil
    }

    /// A name of PostgreSQL's with its schema; quoted later, but nothing odd is taken in the first place.
    private func relation(parts: ClosedRange<Int>) -> String? {
        parse { text throws(Misfit) in
            let names = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.contains(names.count),
                names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 && !$0.utf8.contains(0) && !$0.contains("\"") })
            else { throw Misfit("\(text.quoted) is not such a name", hint: "write it as payments.card") }
            return text
        }
    }

    // MARK: Scans

    private func scanPlan() -> ScanPlan? {
        mapping { fields in
            let usual = ScanPlan()
            let reports = fields.optional("reports")?.items().compactMap { $0.scanSource() } ?? []
            for (index, report) in reports.enumerated()
            where reports[..<index].contains(where: { $0.name == report.name }) {
                fields.error("two reports are called \(report.name.quoted)")
            }
            return ScanPlan(
                reports: reports,
                accepted: fields.optional("accepted")?.items().compactMap { $0.acceptedFinding() } ?? [],
                packages: fields.optional("packages")?.flag() ?? usual.packages,
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every)
        }
    }

    private func scanSource() -> ScanSource? {
        mapping { fields in
            let usual = ScanSource(name: "", format: .trivy, file: "")
            return ScanSource(
                name: fields.required("name")?.identifier() ?? "",
                format: fields.required("format")?.choice([
                    "trivy": .trivy, "zap": .zap, "npm": .npm, "nmap": .nmap,
                ]) ?? .trivy,
                file: fields.required("file")?.path() ?? "", run: fields.optional("run")?.texts() ?? [],
                environment: Dictionary(fields.variables("env").map { ($0.key, $0.value.text() ?? "") }) { first, _ in
                    first
                },
                secrets: Dictionary(
                    fields.variables("secrets").compactMap { entry in
                        entry.value.secret().map { (entry.key, $0) }
                    }
                ) { first, _ in first },
                folder: fields.optional("folder")?.path(),
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every,
                deadline: fields.optional("deadline")?.duration(.seconds(1) ... .hours(6)) ?? usual.deadline,
                maximumAge: fields.optional("max_age")?.duration(.hours(1) ... .days(365)) ?? usual.maximumAge,
                expectedPorts: fields.optional("expected_ports")?.texts() ?? [])
        }
    }

    private func acceptedFinding() -> AcceptedFinding? {
        mapping { fields -> AcceptedFinding? in
            let id = fields.required("id")?.text()
            let until = fields.required("until")?.parse { text throws(Misfit) in
                // The end of that day, wherever on Earth.
                try CalendarText.timestamp(text.contains("T") ? text : "\(text)T23:59:59Z")
            }
            let reason = fields.required("reason")?.text()
            guard let id, let until, let reason else { return nil }
            return AcceptedFinding(
                id: id, report: fields.optional("report")?.identifier(), until: until, reason: reason)
        } ?? nil
    }
}

extension Fields {
    /// Variables of a program's environment.
    fileprivate func variables(_ name: String) -> [(key: String, value: Field)] {
        (optional(name)?.pairs() ?? []).filter { $0.value.variableName($0.key, at: $0.place) }.map {
            ($0.key, $0.value)
        }
    }

    /// A PostgreSQL server that is asked by us, without questions of the user's own.
    fileprivate func postgresServer() -> PostgresTarget {
        let modes: KeyValuePairs<String, String> = [
            "disable": "disable", "allow": "allow", "prefer": "prefer", "require": "require", "verify-ca": "verify-ca",
            "verify-full": "verify-full",
        ]
        return PostgresTarget(
            host: required("host")?.text() ?? "", port: optional("port")?.integer(in: 1...65_535) ?? 5432,
            database: required("database")?.text() ?? "", user: required("user")?.text() ?? "",
            password: optional("password")?.secret(), sslMode: optional("sslmode")?.choice(modes) ?? "prefer",
            sslRootCertificate: optional("sslrootcert")?.existingFile())
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
