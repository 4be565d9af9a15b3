import Launch
import Settings
import Testing

@Suite("What is wrong with a launch's file, and where")
struct ConfigErrorTests {
    @Test("the sample that the other tests break is right")
    func sampleLoads() throws {
        #expect(errors(in: Sample.yaml) == [])
    }

    @Test(
        "an address that nothing could ever answer at is refused",
        arguments: [
            ("https://api.barberpro.ar:99999/", "'99999' is not a port"),
            ("https://api.barberpro.ar:0/", "'0' is not a port"),
            ("https://api.barberpro.ar:/", "'' is not a port"),
            ("https://api.barberpro.ar:80a/", "'80a' is not a port"),
            ("https://:443/", "the address has no host"), ("https:///healthz", "is not an address"),
            ("https://a:1:2/", "more than one port"), ("https://::1/", "more than one port"),
            ("https://[::1/", "lacks the ]"), ("https://[::1]x/", "stands behind"),
            ("https://[api]/", "not an IPv6 address"),
            ("https://[::1]:70000/", "'70000' is not a port"), ("https://a|b/", "is not a host"),
        ])
    func addresses(url: String, sentence: String) {
        let found = errors(in: Sample.replacing("https://api.barberpro.ar/healthz", by: "\"\(url)\""))
        #expect(found.count == 1 && found[0].contains(sentence), "\(found)")
    }

    @Test(
        "an address that can be is taken",
        arguments: [
            "https://api:65535/x?y=1:2", "http://[2001:db8::1]:8080/", "http://[fe80::1%25eth0]/",
            "https://bücher.example/",
            "http://127.0.0.1:1", "http://under_score.internal/",
        ])
    func goodAddresses(url: String) {
        #expect(errors(in: Sample.replacing("https://api.barberpro.ar/healthz", by: "\"\(url)\"")) == [])
    }

    @Test(
        "the limit of an exposition is a size within reason",
        arguments: [
            ("16MiB", true), ("1GiB", true), ("1kB", false), ("2GiB", false), ("16", false), ("-1MiB", false),
        ])
    func bodyLimit(text: String, isFit: Bool) {
        let yaml = Sample.yaml.replacing(
            "probes:\n",
            with:
                "probes:\n  - {name: m, type: metrics, url: 'http://m/', body_limit: \(text), extract: [{name: q, metric: q, take: value}]}\n"
        )
        #expect(errors(in: yaml).isEmpty == isFit, "\(errors(in: yaml))")
    }

    @Test(
        "Redis speaks TLS over an address, not over a socket",
        arguments: [
            ("host: r, tls: true", nil), ("host: r, tls: false", nil), ("host: r, tls: {ca: launch.yaml}", nil),
            ("host: r, tls: perhaps", "'perhaps' is neither true nor false"),
            ("host: r, tls: {cert: x}", "unknown key 'cert' in 'tls'"),
            ("socket: /run/redis, tls: true", "a Unix socket has no TLS"),
        ] as [(String, String?)])
    func redisOverTLS(text: String, expected: String?) {
        let yaml = Sample.yaml.replacing("probes:\n", with: "probes:\n  - {name: cache, type: redis, \(text)}\n")
        let found = errors(in: yaml)
        if let expected {
            #expect(found.contains { $0.contains(expected) }, "\(found)")
        } else {
            #expect(found.allSatisfy { $0.contains("launch.yaml: no such file") || $0.contains("'ca'") }, "\(found)")
        }
    }

    /// What stands in the sample, what a hurried hand makes of it, and what is said.
    static let slips: [(String, String, String)] = [
        (
            "environment: staging", "enviroment: staging",
            "launch.yaml:2:1: unknown key 'enviroment' in this file; did you mean 'environment'?"
        ),
        (
            "    url:", "    deadlin: 1s\n    url:",
            "launch.yaml:8:5: unknown key 'deadlin' in 'probes'; did you mean 'deadline'?"
        ),
        (
            "type: http", "type: htpp",
            """
            launch.yaml:7:11: 'type': 'htpp' is none of postgres, redis, http, nginx, metrics, prometheus, host, clock, \
            tls, command, door, journey, vantage; did you mean 'http'?
            """
        ),
        (
            "show: api.p95", "show: api.p59",
            "launch.yaml:22:26: nothing produces the series 'api.p59'; did you mean 'api.p95'?"
        ),
        (
            "above 150ms", "above 150MB",
            "launch.yaml:11:19: 'warn': 'MB' is no unit of time; this series is a time: write it as 150ms, 3s, 1h or 30d"
        ),
        (
            "above 150ms", "over 150ms",
            "launch.yaml:11:19: 'warn': 'over 150ms' is not a bound; write it as 'above 150ms' or 'below 90%'"
        ),
        (
            "warn: above 150ms", "warn: above 250ms",
            "launch.yaml:11:12: critical is reached before warn, which would never be seen; exchange the two bounds"
        ),
        (
            "warn: above 150ms", "warn: below 150ms",
            """
            launch.yaml:11:12: warn and critical look in opposite directions; use 'above' in both or 'below' in both
            """
        ),
        (
            "p95: {warn", "p59: {warn",
            "launch.yaml:11:7: 'api' has no measure 'p59'; did you mean 'p95'?"
        ),
        (
            "Buenos_Aires", "Buenos_Aries",
            """
            launch.yaml:3:18: 'name': 'America/Argentina/Buenos_Aries' is not a time zone; \
            did you mean 'America/Argentina/Buenos_Aires'?
            """
        ),
        ("name: db\n", "name: api\n", "launch.yaml:12:5: a second probe named 'api'; the first is on line 6"),
        (
            "database: barberpro", "database:",
            "launch.yaml:15:5: 'database' is empty"
        ),
        (
            "critical: above 200ms}", "critical: }",
            "launch.yaml:11:32: 'critical' is empty: give it a value, or leave it out"
        ),
        ("    user: guardia\n", "", "launch.yaml:12:5: 'user' is missing in 'probes'"),
        (
            "user: guardia", "user: guardia\n    port: 65536",
            "launch.yaml:17:11: 'port': 65536 is out of range; 1 to 65535 will do"
        ),
        (
            "user: guardia", "user: guardia\n    port: five",
            "launch.yaml:17:11: 'port': 'five' is not a whole number"
        ),
        (
            "user: guardia", "user: [guardia]",
            "launch.yaml:16:11: 'user' needs a value, this is a list"
        ),
        (
            "type: http", "type: http\n    every: 5",
            "launch.yaml:8:12: 'every': '5' is a duration without a unit; write it as 500ms, 2s, 5m, 1h30m or 30d"
        ),
        (
            "type: http", "type: http\n    every: 1ms",
            "launch.yaml:8:12: 'every': 1ms is out of range; 100ms to 1d will do"
        ),
        (
            "type: http", "type: http\n    deadline: 3s",
            "launch.yaml:8:15: 'deadline': 3s is longer than the interval of 1s; a look must be over before the next begins"
        ),
        (
            "https://api.barberpro.ar/healthz", "ftp://api.barberpro.ar",
            """
            launch.yaml:8:10: 'url': this is not an http or https address; write it as https://api.example.com/healthz
            """
        ),
        (
            "ratio: [db.connections, db.blocked]", "ratio: [db.connections]",
            "launch.yaml:19:12: 'ratio' needs two series: the part and the whole, these are 1"
        ),
        (
            "ratio: [db.connections, db.blocked]", "sum: [db.connections, db.query]",
            "launch.yaml:19:10: 'sum' mixes units: db.connections in count, db.query in ms"
        ),
        (
            "ratio: [db.connections, db.blocked]", "ratio: [db.busy, db.blocked]",
            "launch.yaml:18:5: derived series go round in a circle: db.busy → db.busy"
        ),
        (
            "series: db.busy", "series: db.query",
            "launch.yaml:18:5: the series 'db.query' is produced twice; give one of the two another name"
        ),
        (
            "product: {name: BarberPro,", "product: {name: \"\\u001B[2JBarber\\nPro\",",
            """
            launch.yaml:1:17: 'name': '\\u{1B}[2JBarber\\nPro' has a line break; up to 60 characters on one line
            """
        ),
    ]

    @Test("a slip is told with its place and the remedy", arguments: slips.indices)
    func slip(_ index: Int) {
        let (text, other, message) = Self.slips[index]
        #expect(errors(in: Sample.replacing(text, by: other)).first == message)
    }

    @Test("a file that is one long word is said to be no mapping")
    func oneWord() {
        let told = errors(in: String(repeating: "a", count: 200_000))
        #expect(told.contains { $0.hasSuffix("the file needs 'key: value' lines, this is a single value") }, "\(told)")
        #expect(told.allSatisfy { $0.count < 500 })
    }

    @Test("everything that is wrong is said at once, in the order of the file")
    func allAtOnce() {
        let broken = Sample.yaml
            .replacing("environment", with: "enviroment").replacing("above 150ms", with: "above 1 mile")
            .replacing("user: guardia", with: "usr: guardia").replacing("api.up", with: "api.upp")
        let places = errors(in: broken).map { $0.split(separator: ":").dropFirst().prefix(2).joined(separator: ":") }
        #expect(places == ["2:1", "11:19", "16:5", "22:43"])
    }

    /// Lines that are wrong beside a key that would say how they are read, and the lines on which something is told.
    static let besides: [(added: String, lines: [Int])] = [
        // A type that was nearly written: the rest is read as that.
        ("probes:\n  - {name: x, type: htpp,\n     url: 'ftp://x', every: 5,\n     deadlin: 1s}\n", [2, 3, 3, 4]),
        // One that nobody can guess: what every probe has is read all the same.
        (
            "probes:\n  - {name: x, type: snail,\n     every: 5, deadline: never,\n     retry: {attempts: 9}}\n",
            [2, 3, 3, 4]
        ),
        (
            "probes:\n  - {name: m, type: metrics, url: 'http://m/',\n     extract: [{metric: q,\n       take: valu, unit: mile}]}\n",
            [3, 4, 4]
        ),
        (
            "probes:\n  - {name: p, type: postgres, host: h, database: d, user: u,\n     queries: [{query: q,\n       unit: mile, few: none}]}\n",
            [3, 4, 4]
        ),
        ("derived:\n  - {series: Busy,\n     sum: [nobody.knows],\n     unit: mile,\n     every: 5}\n", [2, 3, 4, 5]),
        // Two circles, beside one that has no input, and what is computed from that, of whose unit nobody knows.
        (
            """
            derived:
              - {series: a.b, sum: [a.c]}
              - {series: a.c, sum: [a.b]}
              - {series: c.d, sum: [c.e]}
              - {series: c.e, sum: [c.d]}
              - {series: e.f, sum: [nobody.knows]}
              - {series: e.g, sum: [e.f], thresholds: {warn: above 5%}}
              - {series: g.h, sum: [api.total], thresholds: {warn: above 5%}}

            """, [2, 4, 6, 8]
        ),
        ("derived:\n  - {series: a.b,\n     unit: mile,\n     every: 5}\n", [2, 3, 4]),
        (
            "alerts:\n  rules:\n    - {alert: a, series: nobody.knows,\n       above: 5 miles, clear_at: some,\n       for: 5,\n       sumary: x}\n",
            [3, 3, 4, 4, 5, 6]
        ),
        (
            "alerts:\n  rules:\n    - {alert: a, series: nobody.knows,\n       absent: soon, severity: bad}\n",
            [3, 4, 4]
        ),
        (
            "alerts:\n  rules:\n    - {alert: a, series: nobody.knows, severity: info,\n       change: {over: soon, above: 5 miles}}\n",
            [3, 4, 4]
        ),
        (
            "alerts:\n  rules:\n    - {alert: a, severity: info,\n       burn_rate: {objective: 99.9%, bad: {series: nobody.knows,\n         above: 5 miles}}}\n",
            [4, 5]
        ),
        ("channels:\n  - {name: c, type: slak,\n     url: 'http://elsewhere.example/'}\n", [2, 2, 3]),
    ]

    @Test("what is wrong beside a wrong type, name or series is said at once, too", arguments: besides.indices)
    func besideAWrongKey(_ index: Int) throws {
        let (added, lines) = Self.besides[index]
        // Where the sample has the section it is put into it, else behind it all.
        let head = added.prefix { $0 != "\n" } + "\n"
        let body = String(added.dropFirst(head.count))
        var yaml = Sample.yaml
        let range = yaml.firstRange(of: head) ?? yaml.endIndex..<yaml.endIndex
        let first = yaml[..<range.lowerBound].count { $0 == "\n" } + 1
        yaml.replaceSubrange(range, with: head + body)
        let found = errors(in: yaml)
        let places = found.compactMap { Int($0.split(separator: ":")[1]) }
        #expect(places.map { $0 - first + 1 }.sorted() == lines, "\(found.joined(separator: "\n"))")
    }

    @Test("a misspelt required key is one mistake, not two")
    func oneMistake() {
        #expect(errors(in: Sample.replacing("user: guardia", by: "usr: guardia")).count == 1)
    }

    @Test("what a broken probe would have produced is not blamed a second time")
    func noEchoes() {
        #expect(errors(in: Sample.replacing("type: http", by: "type: htpp")).count == 1)
    }

    @Test("a duplicate key is named")
    func duplicateKey() {
        let message = errors(in: Sample.replacing("type: http", by: "type: http\n    type: tls"))
        #expect(
            message == ["launch.yaml:8:5: 'type' stands twice in the same mapping, first on line 7; keep one of them"])
    }

    @Test("a missing file is named with its neighbour")
    func missingFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("barberpro.yaml", "a: b")
        let (found, _) = LaunchConfigurationFile.check(path: folder.path("barberpor.yaml"))
        #expect(found.map(\.message) == ["there is no such file"])
        #expect(found.first?.hint == "did you mean 'barberpro.yaml'?")
        #expect(found.first?.line == 0)
        let (folders, _) = LaunchConfigurationFile.check(path: folder.path)
        #expect(folders.map(\.message) == ["this is a folder, not a file"])
    }

    @Test("a certificate file that is missing is an error")
    func missingCertificate() {
        let message = errors(in: Sample.replacing("type: http", by: "type: http\n    tls: {ca: /nowhere/ca.pem}"))
        #expect(message == ["launch.yaml:8:15: 'ca': there is no readable file '/nowhere/ca.pem'"])
    }

    // MARK: Doubts

    @Test("a probe that nothing shows is doubted")
    func unusedProbe() throws {
        let file = try load(Sample.yaml.replacing("  - name: db", with: "  - {name: spare, type: host}\n  - name: db"))
        #expect(file.warnings.map(\.description) == ["launch.yaml:12:5: nothing shows or uses the probe 'spare'"])
    }

    @Test("a line that nothing judges is doubted")
    func unjudgedLine() throws {
        let file = try load(Sample.replacing("show: db.query, judge: [db.up]", by: "show: db.query"))
        #expect(
            file.warnings.map(\.message) == [
                "no series of the line 'Database' has thresholds: it stays green whatever it shows"
            ])
    }

    @Test("certificates that are not verified are doubted")
    func unverified() throws {
        let file = try load(Sample.replacing("type: http", by: "type: http\n    tls: {verify: no}"))
        #expect(file.warnings.map(\.line) == [8])
    }

    // MARK: Variables

    @Test("variables are filled in, in values only, and one without a value is an error")
    func variables() throws {
        let yaml = Sample.replacing("host: /run/postgresql", by: "host: ${SOCKETS}/pg")
        #expect(errors(in: yaml, ["SOCKETS": "/tmp"]) == [])
        #expect(
            errors(in: yaml, ["SOCKET": "/tmp"])
                == ["launch.yaml:14:11: the variable 'SOCKETS' has no value; did you mean 'SOCKET'?"])
        #expect(
            errors(in: yaml)
                == ["launch.yaml:14:11: the variable 'SOCKETS' has no value; give it with --set SOCKETS=VALUE"])
        #expect(errors(in: Sample.replacing("environment:", by: "${KEY}:"), ["KEY": "environment"]).count == 2)
        let escaped = try load(Sample.replacing("name: BarberPro", by: "name: \"$${x}\""))
        #expect(escaped.configuration.product.name == "${x}")
    }

    @Test("a variable's value cannot become structure")
    func variablesAreScalars() throws {
        let file = try load(Sample.replacing("name: BarberPro", by: "name: \"${NAME}\""), ["NAME": "{a: [b, c"])
        #expect(file.configuration.product.name == "{a: [b, c")
    }
}
