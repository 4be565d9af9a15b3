import Foundation
import Glibc
import Journal
import Launch
import Security
import Testing

/// Reports of scanners, good and broken.
@Suite struct ReportTests {
    private let lab: CertificateLab

    init() throws { lab = try CertificateLab() }

    private func read(_ text: String, _ format: ScanSource.Format) throws -> ScanReport {
        try ReportReader.read(try lab.write("report", text), format: format)
    }

    private func failure(_ text: String, _ format: ScanSource.Format) throws -> String {
        do {
            _ = try read(text, format)
            return "it was read"
        } catch let error as SecurityError {
            return error.reason
        }
    }

    static let trivy = """
        {"SchemaVersion": 2, "CreatedAt": "2026-03-09T09:00:00.123456789-03:00", "ArtifactName": "api:1.4.0",
         "Results": [
          {"Target": "api (debian 12)", "Class": "os-pkgs", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-2024-3094", "PkgName": "xz-utils", "InstalledVersion": "5.6.0", "FixedVersion": "5.6.2",
             "Severity": "CRITICAL", "Title": "backdoor", "CVSS": {"nvd": {"V3Score": 10}}, "References": ["https://a"],
             "DataSource": {"ID": "debian", "Severity": "LOW"}},
            {"VulnerabilityID": "CVE-2023-0001", "PkgName": "libc6", "InstalledVersion": "2.36", "Severity": "LOW", "Title": "a \\"b\\""}]},
          {"Target": "Dockerfile", "Misconfigurations": [{"ID": "DS002", "Title": "root user", "Severity": "HIGH", "Status": "FAIL"},
            {"ID": "DS003", "Title": "fine", "Severity": "HIGH", "Status": "PASS"}]},
          {"Target": "empty"}]}
        """

    @Test func trivysReportIsRead() throws {
        let report = try read(Self.trivy, .trivy)
        #expect(report.findings.map(\.id) == ["CVE-2024-3094", "CVE-2023-0001", "DS002"])
        #expect(report.findings[0].fix == "5.6.2" && report.findings[0].subject == "xz-utils 5.6.0")
        #expect(report.counts == [.critical: 1, .low: 1, .high: 1])
        #expect(report.madeAt == Timestamp(seconds: 1_773_057_600))
    }

    @Test func trivysOldReportIsReadToo() throws {
        let report = try read(
            #"[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"p","Severity":"MEDIUM"}]},{"Target":"b","Vulnerabilities":null}]"#,
            .trivy)
        #expect(report.findings.map(\.id) == ["CVE-1"] && report.madeAt == nil)
    }

    @Test func aCleanReportHasNothing() throws {
        #expect(try read(#"{"SchemaVersion":2,"Results":[]}"#, .trivy).findings.isEmpty)
        #expect(try read(#"{"SchemaVersion":2}"#, .trivy).findings.isEmpty)
        #expect(try read(#"{"auditReportVersion":2,"vulnerabilities":{}}"#, .npm).findings.isEmpty)
    }

    @Test func zapsReportsAreRead() throws {
        let json = """
            {"@programName": "ZAP", "@version": "2.14.0", "@generated": "Mon, 9 Mar 2026 12:00:00", "site": [
             {"@name": "https://api.barberpro.ar", "@port": "443", "alerts": [
               {"pluginid": "10020", "alertRef": "10020-1", "alert": "x", "name": "Missing header", "riskcode": "2",
                "instances": [{"uri": "https://a", "name": "no"}], "riskdesc": "Medium (High)"},
               {"pluginid": "40018", "name": "SQL Injection", "riskcode": "3"}]}]}
            """
        let report = try read(json, .zap)
        #expect(report.findings.map(\.id) == ["10020-1", "40018"])
        #expect(report.findings.map(\.severity) == [.medium, .high])
        #expect(
            report.findings[0].title == "Missing header" && report.findings[0].subject == "https://api.barberpro.ar")
        #expect(report.madeAt == Timestamp(seconds: 1_773_057_600))
        let xml = """
            <?xml version="1.0"?><OWASPZAPReport programName="ZAP" version="2.11.1" generated="Mon, 9 Mar 2026 12:00:00">
            <site name="https://a" host="a" port="443" ssl="true"><alerts><alertitem><pluginid>10020</pluginid>
            <alert>Click&amp;jack</alert><riskcode>2</riskcode><desc><![CDATA[<p>a</p>]]></desc></alertitem></alerts></site></OWASPZAPReport>
            """
        #expect(
            try read(xml, .zap).findings == [
                ScanFinding(id: "10020", severity: .medium, subject: "https://a", title: "Click&jack")
            ])
    }

    @Test func npmsReportsAreRead() throws {
        let new = """
            {"auditReportVersion": 2, "vulnerabilities": {
              "lodash": {"name": "lodash", "severity": "high", "isDirect": true, "via": [
                {"source": 1065, "name": "lodash", "title": "Prototype Pollution", "url": "https://github.com/advisories/GHSA-jf85", "severity": "high", "cwe": ["CWE-1"]}],
                "effects": [], "range": "<4.17.12", "nodes": ["node_modules/lodash"], "fixAvailable": true},
              "grunt": {"name": "grunt", "severity": "moderate", "via": ["lodash"], "fixAvailable": {"name": "grunt", "version": "1.0.0"}}},
             "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 1, "high": 1, "critical": 0, "total": 2}}}
            """
        let report = try read(new, .npm)
        #expect(report.findings.map(\.subject) == ["lodash", "grunt"])
        #expect(report.findings.map(\.severity) == [.high, .medium])
        #expect(report.findings[0].id == "GHSA-jf85" && report.findings[0].title == "Prototype Pollution")
        #expect(report.findings[1].title == "a dependency of it is vulnerable")
        let old =
            #"{"actions":[],"advisories":{"1065":{"id":1065,"module_name":"lodash","severity":"critical","title":"Pollution","patched_versions":">=4.17.12","findings":[{"version":"4.17.1","paths":["a"]}]}},"metadata":{}}"#
        #expect(
            try read(old, .npm).findings == [
                ScanFinding(id: "1065", severity: .critical, subject: "lodash", title: "Pollution", fix: ">=4.17.12")
            ])
        #expect(
            try failure(#"{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}"#, .npm)
                .contains("requires an existing lockfile"))
    }

    static let nmap = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE nmaprun>
        <!-- Nmap 7.93 scan -->
        <nmaprun scanner="nmap" args="nmap -oX - 10.0.0.5" start="1773057600" version="7.93" xmloutputversion="1.05">
        <host><status state="up"/><address addr="10.0.0.5" addrtype="ipv4"/><address addr="aa:bb" addrtype="mac"/>
        <ports><extraports state="closed" count="997"/>
        <port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/><service name="ssh"/></port>
        <port protocol="tcp" portid="25"><state state="filtered"/></port>
        <port protocol="tcp" portid="5432"><state state="open"/></port></ports></host>
        <runstats><finished time="1773057660" exit="success"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>
        """

    @Test func nmapsOpenPortsAreComparedWithTheExpected() throws {
        let report = try read(Self.nmap, .nmap)
        #expect(report.openPorts == ["10.0.0.5:22/tcp", "10.0.0.5:5432/tcp"])
        let source = ScanSource(name: "ports", format: .nmap, file: "/x", expectedPorts: ["22", "10.0.0.6:5432/tcp"])
        let judged = ScanJudgement(
            report, previous: nil, written: Timestamp(seconds: 0), source: source, accepted: [],
            now: Timestamp(seconds: 1_773_057_700))
        #expect(judged.open.map(\.id) == ["10.0.0.5:5432/tcp"] && judged.verdict == .warning)
    }

    @Test func aRealNmapIsRead() async throws {
        let server = try ScriptedServer { _ in .reset }
        defer { server.close() }
        let path = lab.path("nmap.xml")
        let plan = ScanPlan(
            reports: [
                ScanSource(
                    name: "ports", format: .nmap, file: path,
                    run: ["nmap", "-n", "-Pn", "-p", "\(server.port)", "-oX", path, "127.0.0.1"],
                    expectedPorts: ["\(server.port)"])
            ])
        let survey = ScanSurvey(plan: plan, journal: lab.path("j"), clock: SystemClock())
        #expect(await survey.runDueCommands() == [:])
        let judged = try #require(survey.take().reports.first)
        #expect(judged.verdict == .ok, "\(judged.text)")
    }

    // MARK: Broken reports

    @Test(arguments: [ScanSource.Format.trivy, .zap, .npm])
    func aTruncatedReportIsAnError(format: ScanSource.Format) throws {
        let whole =
            format == .trivy
            ? Self.trivy
            : #"{"site":[{"@name":"a","alerts":[{"pluginid":"1","riskcode":"1"}]}],"auditReportVersion":2,"vulnerabilities":{}}"#
        for part in [1, whole.count / 3, whole.count / 2, whole.count - 1] {
            #expect(try failure(String(whole.prefix(part)), format).contains("cut off"))
        }
    }

    @Test func aTruncatedScanOfPortsIsAnError() throws {
        for part in stride(from: 60, to: Self.nmap.count - 1, by: 97) {
            #expect(try failure(String(Self.nmap.prefix(part)), .nmap).contains("cut off"))
        }
        let unfinished = Self.nmap.replacing("<finished time=\"1773057660\" exit=\"success\"/>", with: "")
        #expect(try failure(unfinished, .nmap).contains("did not finish"))
    }

    @Test(arguments: [
        (#"{"SchemaVersion":3,"Results":[]}"#, ScanSource.Format.trivy, "schema version 3"),
        (#"{"auditReportVersion":9,"vulnerabilities":{}}"#, .npm, "version 9"),
        (#"<nmaprun xmloutputversion="2.0"></nmaprun>"#, .nmap, "output version '2.0'"),
        (#"{"hello":"world"}"#, .trivy, "no report of Trivy"), (#"{"hello":"world"}"#, .zap, "no report of ZAP"),
        (#"{"hello":"world"}"#, .npm, "no report of npm"), ("<html></html>", .nmap, "no report of nmap"),
        ("<html></html>", .trivy, "XML, where trivy writes JSON"), ("{}", .nmap, "write it with -oX"),
        ("", .trivy, "empty"), ("Killed", .trivy, "not JSON"), ("[1,2", .trivy, "cut off"),
        (String(repeating: "[", count: 100), .trivy, "nested deeper"),
        (#"<!DOCTYPE a [<!ENTITY b "c">]><nmaprun/>"#, .nmap, "definitions of its own"),
        ("<nmaprun xmloutputversion=\"1.05\"></nmaprun><x/>", .nmap, "second root"),
    ])
    func whatIsNoReportIsNamed(text: String, format: ScanSource.Format, reason: String) throws {
        #expect(try failure(text, format).contains(reason))
    }

    @Test func aReportOfTwoHundredMegabytesIsReadInBoundedMemory() throws {
        // Written sparsely: a description of 200 MB of blanks within a string, between two findings.
        let path = lab.path("huge")
        let head =
            #"{"SchemaVersion":2,"Results":[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"p","Severity":"HIGH","Description":""#
        let tail = #""},{"VulnerabilityID":"CVE-2","PkgName":"p","Severity":"LOW"}]}]}"#
        let blanks = Data(repeating: 32, count: 10 << 20)
        _ = FileManager.default.createFile(atPath: path, contents: Data(head.utf8))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        for _ in 0..<20 { try handle.write(contentsOf: blanks) }
        try handle.write(contentsOf: Data(tail.utf8))
        try handle.close()
        let before = residentBytes()
        let report = try ReportReader.read(path, format: .trivy)
        #expect(report.findings.map(\.id) == ["CVE-1", "CVE-2"])
        #expect(residentBytes() - before < 40 << 20)
    }

    private func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
    }

    @Test func anUnknownSeverityIsLookedAt() {
        #expect(ScanSeverity(word: "catastrophic") == .high)
        #expect(ScanSeverity(word: "UNKNOWN") == .medium)
        #expect(ScanSeverity(word: "moderate") == .medium)
    }

    // MARK: From one report to the next

    @Test func newAndFixedFindingsAreTold() throws {
        let path = lab.path("trivy.json")
        let plan = ScanPlan(reports: [ScanSource(name: "images", format: .trivy, file: path)])
        func report(_ day: Int, _ ids: [String]) throws -> ScanJudgement {
            let findings = ids.map { #"{"VulnerabilityID":"\#($0)","PkgName":"p","Severity":"HIGH"}"# }.joined(
                separator: ",")
            try
                #"{"SchemaVersion":2,"CreatedAt":"2026-03-0\#(day)T12:00:00Z","Results":[{"Target":"a","Vulnerabilities":[\#(findings)]}]}"#
                .write(toFile: path, atomically: true, encoding: .utf8)
            let clock = FixedClock(
                Moment(
                    utc: Timestamp(seconds: 1_773_057_600 + Int64(day - 9) * 86_400), uptime: 1,
                    boot: BootID(rawValue: 1)))
            return try #require(
                ScanSurvey(plan: plan, journal: lab.path("j"), clock: clock).take().reports[0].judgement)
        }
        let first = try report(1, ["CVE-1", "CVE-2"])
        #expect(first.new.isEmpty && first.fixed.isEmpty, "of the first report nothing can be called new")
        let second = try report(2, ["CVE-2", "CVE-3"])
        #expect(second.new.map(\.id) == ["CVE-3"] && second.fixed == ["CVE-1 p "])
        // The same report looked at again says the same.
        let again = try report(2, ["CVE-2", "CVE-3"])
        #expect(again.new == second.new && again.fixed == second.fixed)
    }

    @Test func aReportThatIsTooOldIsUnknown() throws {
        let report = try read(Self.trivy, .trivy)
        let source = ScanSource(name: "images", format: .trivy, file: "/x")
        func judged(_ now: Int64) -> ScanJudgement {
            ScanJudgement(
                report, previous: nil, written: Timestamp(seconds: 0), source: source, accepted: [],
                now: Timestamp(seconds: now))
        }
        #expect(judged(1_773_057_600 + 3600).verdict == .critical)
        #expect(judged(1_773_057_600 + 49 * 3600).verdict == .unknown)
        #expect(judged(1_773_057_600 - 2 * 3600).verdict == .unknown)
    }

    @Test func anAcceptedFindingIsOpenAgainAfterItsDay() throws {
        let report = try read(Self.trivy, .trivy)
        let source = ScanSource(name: "images", format: .trivy, file: "/x")
        func judged(until: Int64, report name: String? = nil) -> ScanJudgement {
            ScanJudgement(
                report, previous: nil, written: Timestamp(seconds: 0), source: source,
                accepted: [
                    AcceptedFinding(id: "CVE-2024-3094", report: name, until: Timestamp(seconds: until), reason: "r")
                ],
                now: Timestamp(seconds: 1_773_057_600))
        }
        #expect(judged(until: 1_773_057_601).accepted.map(\.id) == ["CVE-2024-3094"])
        #expect(judged(until: 1_773_057_601).verdict == .warning)
        let lapsed = judged(until: 1_773_057_599)
        #expect(lapsed.lapsed.map(\.id) == ["CVE-2024-3094"] && lapsed.verdict == .critical)
        #expect(judged(until: 1_773_057_601, report: "other").accepted.isEmpty)
    }

    @Test func aMissingReportIsUnknown() throws {
        let plan = ScanPlan(reports: [ScanSource(name: "images", format: .trivy, file: lab.path("none"))])
        let survey = ScanSurvey(plan: plan, journal: lab.path("j"), clock: SystemClock()).take()
        #expect(survey.reports[0].verdict == .unknown)
        #expect(survey.check(every: 1000).verdict == .unknown)
    }

    @Test func aCommandHasAHomeAFolderAndItsCredentials() async throws {
        try FileManager.default.createDirectory(atPath: lab.path("project"), withIntermediateDirectories: true)
        // As Trivy and npm do: a cache in $HOME, credentials from the environment, and what lies where it runs.
        let stub = """
            mkdir -p "$HOME/.cache" && echo x >>"$HOME/.cache/runs" || exit 4
            [ "$TRIVY_PASSWORD" = hunter2 ] && [ "$TRIVY_USERNAME" = ci ] || { echo "denied: $TRIVY_PASSWORD" >&2; exit 5; }
            pwd >"$HOME/where"
            echo '{"SchemaVersion":2,"CreatedAt":"2026-03-09T12:00:00Z"}'
            """
        func plan(_ name: String, user: String, folder: String? = nil) -> ScanPlan {
            ScanPlan(reports: [
                ScanSource(
                    name: name, format: .trivy, file: lab.path(name), run: ["sh", "-c", stub],
                    environment: ["TRIVY_USERNAME": user], secrets: ["TRIVY_PASSWORD": .environment("P")],
                    folder: folder)
            ])
        }
        func run(_ plan: ScanPlan) async -> [String: String] {
            await ScanSurvey(plan: plan, journal: lab.path("j"), clock: SystemClock()) { _ in "hunter2" }
                .runDueCommands(force: true)
        }
        #expect(await run(plan("r", user: "ci", folder: lab.path("project"))).isEmpty)
        #expect(try ReportReader.read(lab.path("r"), format: .trivy).findings.isEmpty)
        let home = lab.path("j.scans/home")
        #expect(try String(contentsOfFile: "\(home)/where", encoding: .utf8) == lab.path("project") + "\n")
        #expect(FileBytes.status(home)?.mode == 0o700, "what a scanner keeps is nobody else's")
        #expect(await run(plan("r", user: "ci")).isEmpty)
        #expect(try String(contentsOfFile: "\(home)/.cache/runs", encoding: .utf8) == "x\nx\n", "and it is kept")
        #expect(try String(contentsOfFile: "\(home)/where", encoding: .utf8) == home + "\n")
        let denied = await run(plan("s", user: "eve"))["s"]
        #expect(denied?.contains("denied: [secret]") == true, "\(denied ?? "")")
        let unknown = await ScanSurvey(plan: plan("t", user: "ci"), journal: lab.path("j"), clock: SystemClock())
            .runDueCommands(force: true)
        #expect(unknown["t"]?.hasPrefix("TRIVY_PASSWORD") == true)
    }

    @Test func aCommandThatFailsIsTold() async throws {
        let plan = ScanPlan(reports: [
            ScanSource(name: "images", format: .trivy, file: lab.path("r"), run: ["sh", "-c", "echo no >&2; exit 3"]),
            ScanSource(
                name: "stdout", format: .trivy, file: lab.path("s"),
                run: ["echo", #"{"SchemaVersion":2,"CreatedAt":"2026-03-09T12:00:00Z"}"#]),
        ])
        let survey = ScanSurvey(plan: plan, journal: lab.path("j"), clock: SystemClock())
        let failures = await survey.runDueCommands()
        #expect(failures["images"]?.contains("no") == true && failures["stdout"] == nil)
        #expect(try ReportReader.read(lab.path("s"), format: .trivy).findings.isEmpty)
    }
}
