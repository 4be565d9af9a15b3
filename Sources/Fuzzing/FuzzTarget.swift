import Edge
import Launch
import Mobile
import Security
import Settings
import Watch
import Wire

/// A parser that reads what others write, with good inputs to begin from. A crash is the finding; an error is an answer.
package struct FuzzTarget: Sendable {
    package let name: String
    package let seeds: [[UInt8]]
    package let run: @Sendable ([UInt8]) -> Void

    package init(_ name: String, seeds: [[UInt8]], run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.seeds = seeds
        self.run = run
    }

    /// Runs it on `count` inputs, the same ones for the same seed. An input that crashes it is told on standard error.
    package func fuzz(count: Int, seed: UInt64, each: (Int) -> Void = { _ in }) {
        CrashTeller.run(name, seed: seed) { teller in
            for input in seeds {
                teller.note(0, input)
                run(input)
            }
            var mutation = Mutation(seed: seed)
            for number in 0..<count {
                let input = mutation.mutate(seeds)
                teller.note(number + 1, input)
                run(input)
                each(number)
            }
        }
    }

    /// Runs it on one input, as a crash told it.
    package func run(again input: [UInt8]) {
        CrashTeller.run(name, seed: 0) { teller in
            teller.note(0, input)
            run(input)
        }
    }

    package static let all: [FuzzTarget] = [
        FuzzTarget("tls-flight", seeds: tlsSeeds) { bytes in
            var reader = FlightReader()
            // In two pieces: how records are cut must not matter.
            let middle = bytes.count / 3
            if reader.take(bytes[..<middle]) == nil { _ = reader.take(bytes[middle...]) }
            _ = reader.end()
        },
        FuzzTarget("ssl2", seeds: [SSL2Hello.sample, ssl2Answer]) { bytes in
            if let hello = SSL2Hello(record: bytes) { _ = hello.record }
            var reader = SSL2AnswerReader()
            let middle = bytes.count / 3
            if reader.take(bytes[..<middle]) == nil { _ = reader.take(bytes[middle...]) }
            _ = reader.end()
        },
        FuzzTarget("client-hello", seeds: [ClientHello.sample]) { bytes in
            if let hello = ClientHello(message: bytes) { _ = hello.record }
        },
        FuzzTarget("certificate", seeds: [certificate]) { bytes in
            _ = CertificateReader.facts(der: bytes)
            _ = CertificateReader.stapling(der: bytes, chain: [certificate, certificate])
        },
        FuzzTarget("dns", seeds: dnsSeeds) { bytes in _ = DNSMessage.answer(bytes, id: 0x1234) },
        FuzzTarget("hsts", seeds: texts("max-age=31536000; includeSubDomains; preload", "max-age=\"0\"")) { bytes in
            _ = HSTSPolicy(String(decoding: bytes, as: UTF8.self))
        },
        FuzzTarget("http-head", seeds: texts("HTTP/1.1 200 OK\r\nA: b\r\nStrict-Transport-Security: max-age=1")) {
            bytes in
            if let head = HTTPHead(bytes) { _ = head.headers.all }
        },
        FuzzTarget("json", seeds: texts(#"{"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00\n"],"b":{"c":""}}"#)) { bytes in
            _ = try? JSONLine.fields(bytes)
        },
        FuzzTarget("trivy", seeds: texts(trivy)) { _ = try? ReportReader.read($0, format: .trivy) },
        FuzzTarget("zap", seeds: texts(zap, zapXML)) { _ = try? ReportReader.read($0, format: .zap) },
        FuzzTarget("npm", seeds: texts(npm)) { _ = try? ReportReader.read($0, format: .npm) },
        FuzzTarget("nmap", seeds: texts(nmap)) { _ = try? ReportReader.read($0, format: .nmap) },
        FuzzTarget("edge-log", seeds: edgeLog.split(separator: "\n").map { Array($0.utf8) }) { bytes in
            if let fields = try? JSONLine.fields(bytes) {
                _ = EdgeRequest(fields)
                _ = FirewallHit(fields)
            }
            _ = RefusalReader.jail(banning: bytes[...])
        },
        FuzzTarget("nftables", seeds: texts(nftables)) { _ = FilterTable(json: $0) },
        FuzzTarget("jsonlog", seeds: texts(jsonlog)) { bytes in
            for line in bytes.split(separator: 10) {
                if let fields = try? JSONLine.fields(line) { _ = PostgresLog.entry(json: fields, source: "db") }
            }
        },
        FuzzTarget("csvlog", seeds: texts(csvlog)) { bytes in
            var scanner = CSVScanner()
            scanner.take(bytes) { _ = PostgresLog.entry(csv: $0, source: "db") }
            _ = scanner.end()
        },
        FuzzTarget(
            "apt", seeds: texts("Inst libssl3 [3.0.15-1] (3.0.19-1 Debian-Security:12/stable-security [amd64])\n")
        ) {
            _ = PackageSurvey.updates(simulation: String(decoding: $0, as: UTF8.self))
        },
        FuzzTarget("certbot", seeds: texts(certbot)) { bytes in
            _ = RenewalSurvey.runs(log: bytes)
            _ = RenewalSurvey.values(bytes)
        },
        FuzzTarget(
            "x-signature",
            seeds: texts("ts=1704908010,v1=618c85345248dd820d5fd456117c2ab2ef8eda45a0282ff693eac24131a5e839")
        ) {
            _ = MercadoPagoSignature.check(
                header: String(decoding: $0, as: UTF8.self), id: "1", requestID: "2", secret: "s",
                now: 1_704_908_010_000)
        },
        FuzzTarget("card-number", seeds: texts("4111 1111 1111 1111", "pan=5500005555555559, id 12345678901234")) {
            bytes in
            _ = CardNumber.masked(String(decoding: bytes, as: UTF8.self))
        },
        FuzzTarget("prometheus", seeds: texts(prometheus)) { bytes in
            var parser = ExpositionParser(metrics: ["http_requests_total", "latency_seconds_bucket"])
            let middle = bytes.count / 2
            parser.consume(bytes[..<middle]) { _ = $0 }
            parser.consume(bytes[middle...]) { _ = $0 }
            parser.finish { _ = $0 }
        },
        FuzzTarget("nagios", seeds: texts("DISK OK | /=2643MB;5948;5958;0;5968 'a b'=1s\n")) {
            _ = PluginOutput(parsing: $0)
        },
        FuzzTarget("edge-helper", seeds: texts(edgeStatus)) { bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            if let answer = HelperAnswer(lines) { _ = EdgeStatus(answer) }
        },
        FuzzTarget(
            "door", seeds: texts("door=open split=/var/lib/guardia/door/splits/blue slot=17 colour=blue config=3f9a\n")
        ) { _ = DoorAnswer(parsing: String(decoding: $0, as: UTF8.self)) },
        FuzzTarget("redis-info", seeds: texts(redisInfo)) {
            let info = RedisInfo(parsing: String(decoding: $0, as: UTF8.self))
            _ = info.number("used_memory")
        },
        FuzzTarget("stub-status", seeds: texts(stubStatus)) {
            _ = try? StubStatus(parsing: String(decoding: $0, as: UTF8.self))
        },
        FuzzTarget("prometheus-api", seeds: texts(prometheusAnswer)) {
            _ = try? InstantAnswer.measurement(of: $0, now: Timestamp(seconds: 1_773_057_600))
        },
        FuzzTarget("s3", seeds: texts(bucket)) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            for part in S3Text.all("Contents", in: text[...]) { _ = S3Text.first("Key", in: part) }
        },
        FuzzTarget("http-date", seeds: texts("Sun, 06 Nov 1994 08:49:37 GMT")) {
            _ = HTTPDate.parse(String(decoding: $0, as: UTF8.self))
        },
        FuzzTarget("form", seeds: texts("Body=ACK%204821&From=%2B5491155550101&a=b+c")) { bytes in
            _ = MobileRequest(
                method: "POST", path: "/", headers: ["content-type": "application/x-www-form-urlencoded"], body: bytes
            ).fields(atMost: 100)
        },
        FuzzTarget("launch-yaml", seeds: texts(launch)) {
            _ = try? LaunchConfigurationFile.load(bytes: $0, name: "fuzz.yaml", variables: ["A": "b"])
        },
        FuzzTarget("theme-yaml", seeds: texts(theme)) {
            _ = try? ThemeFile.load(bytes: $0, name: "fuzz", file: "fuzz.yaml")
        },
    ]

    private static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}
