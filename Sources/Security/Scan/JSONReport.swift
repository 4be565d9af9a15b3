import Launch

/// Trivy's, ZAP's and npm audit's JSON, token by token: only the fields of the finding at hand are held.
final class JSONReport {
    private let format: ScanSource.Format
    private var report: ScanReport
    /// Keys, and `[]` for an array's element.
    private var path: [String] = []
    private var fields: [String: String] = [:]
    /// What was seen of the report's own head.
    private var head: [String: String] = [:]
    private var sawBody = false
    private var site = ""
    private var target = ""

    init(_ format: ScanSource.Format) {
        self.format = format
        report = ScanReport(scanner: format.rawValue)
    }

    func take(_ token: JSONScanner.Token) throws {
        switch token {
        case .beginObject: begin()
        case .endObject:
            try endRecord()
            leave()
        case .beginArray:
            seeBody()
            path.append("[]")
        case .endArray:
            if path.last == "[]" { path.removeLast() }
            leave()
        case .key(let key): path.append(String(key.prefix(200)))
        case .string(let text), .number(let text):
            try scalar(text)
            leave()
        case .bool(let flag):
            try scalar(flag ? "true" : "false")
            leave()
        case .null: leave()
        }
    }

    /// A value has ended: its key goes; an array's element mark stays for the next.
    private func leave() { if let last = path.last, last != "[]" { path.removeLast() } }

    private func begin() {
        seeBody()
        if isRecord { fields.removeAll(keepingCapacity: true) }
    }

    private func seeBody() {
        switch format {
        case .trivy: if path == ["Results"] || path.isEmpty { sawBody = sawBody || path == ["Results"] }
        case .zap: if path == ["site"] { sawBody = true }
        case .npm: if path == ["vulnerabilities"] || path == ["advisories"] { sawBody = true }
        case .nmap: break
        }
    }

    // MARK: Where findings are

    /// Trivy before 0.20 wrote the list of results itself, without a head.
    private var isOldTrivy: Bool { path.first == "[]" }

    private var isRecord: Bool {
        switch format {
        case .trivy:
            let inner = isOldTrivy ? path.dropFirst() : path.first == "Results" ? path.dropFirst(2) : []
            return inner.count == 2 && ["Vulnerabilities", "Misconfigurations", "Secrets"].contains(inner.first ?? "")
        case .zap: return path == ["site", "[]", "alerts", "[]"]
        case .npm: return path.count == 2 && ["vulnerabilities", "advisories"].contains(path[0])
        case .nmap: return false
        }
    }

    private func scalar(_ text: String) throws {
        if path.count == 1 { head[path[0]] = String(text.prefix(500)) }
        switch format {
        case .trivy:
            if path == ["SchemaVersion"], text != "2" {
                throw ReportReader.Mismatch(
                    "Trivy's report has schema version \(text.prefix(20)); 2 is known, and the one before it")
            }
            if path.last == "Target" { target = String(text.prefix(300)) }
        case .zap: if path == ["site", "[]", "@name"] { site = String(text.prefix(300)) }
        case .npm:
            if path == ["auditReportVersion"], text != "2" {
                throw ReportReader.Mismatch(
                    "npm's report has version \(text.prefix(20)); 2 is known, and npm 6's before it")
            }
            if path == ["error", "summary"] || path == ["error", "code"] { head["error"] = text }
            if path.count >= 4, path[0] == "vulnerabilities", path[2] == "via", let last = path.last,
                ["title", "url"].contains(last), fields["via.\(last)"] == nil
            {
                fields["via.\(last)"] = String(text.prefix(500))
            }
        case .nmap: break
        }
        guard let name = path.last, name != "[]", fields.count < 60 else { return }
        let parent = Array(path.dropLast())
        let saved = path
        path = parent
        if isRecord { fields[name] = String(text.prefix(1000)) }
        path = saved
    }

    private func endRecord() throws {
        guard isRecord else { return }
        switch format {
        case .trivy:
            sawBody = true
            if fields["Status"] == "PASS" { return }
            guard let id = fields["VulnerabilityID"] ?? fields["ID"] ?? fields["RuleID"] else { return }
            report.add(
                ScanFinding(
                    id: id, severity: ScanSeverity(word: fields["Severity"] ?? ""),
                    subject: fields["PkgName"].map { "\($0) \(fields["InstalledVersion"] ?? "")" } ?? target,
                    title: fields["Title"] ?? id, fix: fields["FixedVersion"] ?? ""))
        case .zap:
            guard let id = fields["alertRef"] ?? fields["pluginid"] else { return }
            let severity: ScanSeverity? =
                switch fields["riskcode"] {
                case "3": .high
                case "2": .medium
                case "1": .low
                case "0": .info
                default: nil
                }
            report.add(
                ScanFinding(
                    id: id,
                    severity: severity ?? ScanSeverity(word: String(fields["riskdesc"]?.prefix { $0 != " " } ?? "")),
                    subject: site, title: fields["name"] ?? fields["alert"] ?? id))
        case .npm:
            let name = fields["module_name"] ?? fields["name"] ?? path.last ?? ""
            report.add(
                ScanFinding(
                    id: fields["via.url"]?.split(separator: "/").last.map(String.init) ?? fields["id"] ?? name,
                    severity: ScanSeverity(word: fields["severity"] ?? ""), subject: name,
                    title: fields["title"] ?? fields["via.title"] ?? "a dependency of it is vulnerable",
                    fix: fields["patched_versions"] ?? (fields["fixAvailable"] == "true" ? "npm audit fix" : "")))
            fields.removeAll()
        case .nmap: break
        }
    }

    func end() throws -> ScanReport {
        switch format {
        case .trivy:
            guard sawBody || head["SchemaVersion"] == "2" else {
                throw ReportReader.Mismatch(
                    "this is JSON, but no report of Trivy: it has neither SchemaVersion nor results")
            }
            report.madeAt = head["CreatedAt"].flatMap(ReportTime.parse)
            report.version = head["SchemaVersion"] ?? "1"
        case .zap:
            guard sawBody else { throw ReportReader.Mismatch("this is JSON, but no report of ZAP: it has no 'site'") }
            report.madeAt = (head["created"] ?? head["@generated"]).flatMap(ReportTime.parse)
            report.version = head["@version"] ?? ""
        case .npm:
            if let error = head["error"] { throw ReportReader.Mismatch("npm audit failed: \(error.prefix(200))") }
            guard sawBody else {
                throw ReportReader.Mismatch(
                    "this is JSON, but no report of npm audit: it has neither vulnerabilities nor advisories")
            }
            report.version = head["auditReportVersion"] ?? "1"
        case .nmap: break
        }
        return report
    }
}
