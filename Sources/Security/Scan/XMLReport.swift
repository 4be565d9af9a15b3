import Launch

/// nmap's and ZAP's XML, token by token.
final class XMLReport {
    private let format: ScanSource.Format
    private var report: ScanReport
    private var path: [String] = []
    private var fields: [String: String] = [:]
    private var address = ""
    private var port: (id: String, isOpen: Bool) = ("", false)
    private var site = ""
    private var exit: String?

    init(_ format: ScanSource.Format) {
        self.format = format
        report = ScanReport(scanner: format.rawValue)
    }

    func take(_ token: XMLScanner.Token) throws {
        switch token {
        case .begin(let name, let attributes):
            if path.isEmpty { try root(name, attributes) }
            path.append(name)
            format == .nmap ? nmap(name, attributes) : zap(name, attributes)
        case .text(let text):
            if format == .zap, path.count >= 2, path[path.count - 2] == "alertitem", let name = path.last {
                fields[name] = (fields[name] ?? "") + text.prefix(1000)
            }
        case .end(let name):
            if format == .nmap, name == "port" {
                if port.isOpen, report.openPorts.count < ScanReport.limit {
                    report.openPorts.append("\(address):\(port.id)")
                }
            } else if format == .zap, name == "alertitem" {
                let id = fields["alertRef"] ?? fields["pluginid"] ?? "?"
                let severity: ScanSeverity =
                    switch fields["riskcode"] {
                    case "3": .high
                    case "2": .medium
                    case "1": .low
                    case "0": .info
                    default: .high
                    }
                report.add(
                    ScanFinding(
                        id: id, severity: severity, subject: site, title: fields["name"] ?? fields["alert"] ?? id))
            }
            path.removeLast()
        }
    }

    private func root(_ name: String, _ attributes: [String: String]) throws {
        let wanted = format == .nmap ? "nmaprun" : "OWASPZAPReport"
        guard name == wanted else {
            throw ReportReader.Mismatch(
                "this is XML, but no report of \(format.rawValue): it begins with <\(name.prefix(40))>")
        }
        report.version = attributes["version"] ?? ""
        if format == .nmap {
            let schema = attributes["xmloutputversion"] ?? ""
            guard schema.hasPrefix("1.") else {
                throw ReportReader.Mismatch("nmap's report has output version '\(schema.prefix(20))'; 1.x is known")
            }
            report.madeAt = attributes["start"].flatMap(Int64.init).flatMap(XMLReport.time)
        } else {
            report.madeAt = attributes["generated"].flatMap(ReportTime.parse)
        }
    }

    private static func time(_ seconds: Int64) -> Timestamp? {
        (0..<1 << 40).contains(seconds) ? Timestamp(seconds: seconds) : nil
    }

    private func nmap(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "host": address = ""
        case "address":
            if attributes["addrtype"] != "mac", address.isEmpty { address = attributes["addr"] ?? "?" }
        case "port": port = ("\(attributes["portid"] ?? "?")/\(attributes["protocol"] ?? "?")", false)
        case "state": if path.dropLast().last == "port" { port.isOpen = attributes["state"] == "open" }
        case "finished":
            exit = attributes["exit"] ?? "success"
            if let time = attributes["time"].flatMap(Int64.init).flatMap(XMLReport.time) { report.madeAt = time }
        default: break
        }
    }

    private func zap(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "site": site = attributes["name"] ?? ""
        case "alertitem": fields.removeAll(keepingCapacity: true)
        default: break
        }
    }

    func end() throws -> ScanReport {
        if format == .nmap {
            guard let exit else { throw ReportReader.Mismatch("nmap did not finish: the report lacks its end") }
            guard exit == "success" else { throw ReportReader.Mismatch("nmap failed (\(exit.prefix(40)))") }
        }
        return report
    }
}
