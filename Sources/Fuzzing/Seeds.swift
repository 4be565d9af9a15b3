import Console
import Foundation
import Wire

extension ClientHello {
    /// The body of a hello of TLS 1.3.
    static let sample: [UInt8] = Array(
        ClientHello.asking(
            for: 0x0304, suites: [0x1301, 0x1302], name: "shop.test", random: [UInt8](repeating: 7, count: 32)
        ).record.dropFirst(9))
}

extension SSL2Hello {
    /// A whole record.
    static let sample: [UInt8] =
        SSL2Hello(ciphers: [0x010080, 0x0700C0], challenge: [UInt8](repeating: 7, count: 16)).record
}

extension FuzzTarget {
    /// A self-signed certificate of a.test, DER, in base 64.
    private static let certificateText = """
        MIIBkTCCATagAwIBAgIUOJL+cz+5/zTHewdrI38YhV08cKEwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGYS50ZXN0MB4XDTI2MTEyNzA1NTA1
        N1oXDTM2MTEyNDA1NTA1N1owETEPMA0GA1UEAwwGYS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnHDdk5fwoIOosuw+VVPem1h1
        VgLECsNCzGSaRsYwVrs9PnhBbrWWfsXtUX9eS29q5QmbMyfH1IHRZrU1BeHquqNsMGowHQYDVR0OBBYEFEZkbE0aR1p2U14v/KPL0Q5h8p6m
        MB8GA1UdIwQYMBaAFEZkbE0aR1p2U14v/KPL0Q5h8p6mMA8GA1UdEwEB/wQFMAMBAf8wFwYDVR0RBBAwDoIGYS50ZXN0hwQKAAABMAoGCCqG
        SM49BAMCA0kAMEYCIQDhB2SSShAP1/Pb8LLbFqNEU/dAjvkdR5LdcueW2Ii6UgIhAK7P5HHWFMBkv5yJxczMJi8bChcBUSqdYK8RFtnyOgSa
        """

    package static let certificate: [UInt8] =
        Data(base64Encoded: certificateText, options: .ignoreUnknownCharacters).map(Array.init) ?? []

    /// A SERVER-HELLO of SSL 2.0 with a certificate of three bytes, two ciphers and a connection's id.
    static let ssl2Answer: [UInt8] = [
        0x80, 27, 4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 7, 0x30, 1, 0, 1, 0, 0x80, 7, 0, 0xC0, 1, 2, 3, 4, 5, 6, 7,
    ]
    static let tlsSeeds: [[UInt8]] = {
        func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
            [type, UInt8(body.count >> 16), UInt8(body.count >> 8 & 0xff), UInt8(body.count & 0xff)] + body
        }
        func record(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
            [type, 3, 3, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)] + payload
        }
        let random = [UInt8](repeating: 9, count: 32)
        let hello = message(2, [3, 3] + random + [0, 0xC0, 0x2F, 0, 0, 5, 0xff, 1, 0, 1, 0])
        let certificate = message(11, [0, 0, 6, 0, 0, 3, 1, 2, 3])
        let status = message(22, [1, 0, 0, 2, 5, 6])
        let exchange = message(12, [0, 4, 0xff, 0xff, 0xff, 0xff, 0, 1, 2, 0, 1, 3])
        let tls13 = message(2, [3, 3] + random + [0, 0x13, 1, 0, 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x1d])
        return [
            record(22, hello + certificate + status + exchange + message(14, [])),
            record(22, hello) + record(22, certificate) + record(22, message(14, [])), record(22, tls13),
            record(21, [2, 40]), record(21, [1, 112]) + record(22, hello + message(14, [])),
        ]
    }()

    static let dnsSeeds: [[UInt8]] = [
        [
            0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 4, 115, 104, 111, 112, 4, 116, 101, 115, 116, 0, 1, 1, 0, 1,
            0xc0,
            12, 1, 1, 0, 1, 0, 0, 0, 60, 0, 12, 0, 5, 105, 115, 115, 117, 101, 99, 97, 46, 97, 114,
        ], [0x12, 0x34, 0x81, 0x83, 0, 0, 0, 0, 0, 0, 0, 0],
    ]

    static let trivy = #"""
        {"SchemaVersion":2,"CreatedAt":"2026-03-09T12:00:00.123-03:00","ArtifactName":"api:1.4","Results":[{"Target":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2024-3094","PkgName":"xz","InstalledVersion":"5.6.0","FixedVersion":"5.6.2","Severity":"CRITICAL","Title":"x","CVSS":{"nvd":{"V3Score":10}},"References":["a","b"]}],"Misconfigurations":[{"ID":"DS002","Status":"FAIL","Severity":"HIGH","Title":"root"}]}]}
        """#
    static let zap = #"""
        {"@programName":"ZAP","@version":"2.14.0","@generated":"Mon, 9 Mar 2026 12:00:00","site":[{"@name":"https://a","alerts":[{"pluginid":"10020","alertRef":"10020-1","name":"Clickjacking","riskcode":"2","riskdesc":"Medium (High)","instances":[{"uri":"https://a/","method":"GET"}]}]}]}
        """#
    static let zapXML = #"""
        <?xml version="1.0"?><OWASPZAPReport version="2.14.0" generated="Mon, 9 Mar 2026 12:00:00"><site name="https://a"><alerts><alertitem><pluginid>10020</pluginid><name>Click &amp; jack</name><riskcode>2</riskcode><desc><![CDATA[<p>]]></desc></alertitem></alerts></site></OWASPZAPReport>
        """#
    static let npm = #"""
        {"auditReportVersion":2,"vulnerabilities":{"lodash":{"name":"lodash","severity":"high","via":[{"source":1065,"title":"Pollution","url":"https://github.com/advisories/GHSA-jf85","severity":"high"},"x"],"fixAvailable":true}},"metadata":{"vulnerabilities":{"high":1}}}
        """#
    static let nmap = #"""
        <?xml version="1.0"?><!DOCTYPE nmaprun><!-- a --><nmaprun scanner="nmap" start="1773057600" version="7.93" xmloutputversion="1.05"><host><address addr="10.0.0.5" addrtype="ipv4"/><ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/><service name="ssh"/></port></ports></host><runstats><finished time="1773057660" exit="success"/></runstats></nmaprun>
        """#
    static let edgeLog = #"""
        {"ts":"2026-11-27T09:06:54+00:00","ip":"127.0.0.5","country":"AR","class":"api","method":"GET","path":"/search","status":403,"refused":"waf","canary":0}
        {"transaction":{"client_ip":"127.0.0.5","request":{"method":"GET","http_version":1.1,"uri":"/x"},"response":{"http_code":403},"producer":{"components":["OWASP_CRS/3.3.4\""]},"messages":[{"message":"SQL Injection","details":{"ruleId":"942100","data":"\u00ff"}}]}}
        2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Ban 10.0.0.1
        """#
    static let nftables = #"""
        {"nftables":[{"set":{"family":"inet","name":"banned4","table":"guardia","type":"ipv4_addr","elem":[{"elem":{"val":"198.51.100.1","timeout":3600,"expires":3599}}]}},{"rule":{"chain":"input","expr":[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"@banned4"}},{"drop":null}]}}]}
        """#
    static let jsonlog = #"""
        {"timestamp":"2026-03-09 12:00:00.123 UTC","user":"app","dbname":"shop","remote_host":"10.0.0.5","error_severity":"LOG","message":"AUDIT: SESSION,1,1,WRITE,INSERT,TABLE,public.payments,\"insert into payments values ('4111111111111111')\",<none>"}
        {"timestamp":"2026-03-09 12:00:01.123 -03","user":"eve","state_code":"28P01","message":"password authentication failed for user \"eve\""}

        """#
    static let csvlog = #"""
        2026-03-09 12:00:00.123 UTC,"app","shop",123,"10.0.0.5:5000",65ec.1,1,"INSERT",2026-03-09 11:00:00 UTC,3/1,0,LOG,00000,"AUDIT: SESSION,1,1,WRITE,INSERT,TABLE,public.payments,""insert
        into payments"",<none>",,,,,,,,,"psql","client backend",,0

        """#
    static let certbot = """
        2026-03-09 02:10:11,123:DEBUG:certbot._internal.main:certbot version: 2.1.0
        2026-03-09 02:10:11,123:DEBUG:certbot._internal.main:Arguments: ['-q', '--dry-run']
        2026-03-09 02:10:12,123:DEBUG:certbot._internal.display.obj:Notifying user: Congratulations, all simulated renewals succeeded
        renew_before_expiry = 30 days
        cert = /etc/letsencrypt/live/a/cert.pem
        """
    static let edgeStatus = """
        split green-5.blue
        clock 1773057600
        fence 7
        note schema.current 12
        lock ana@bastion deploy deploy canary%20of%20v2 28
        freeze beto 1773057000 market%20day
        armed green-5.blue blue d-1 240
        fired 1773057000 green blue d-0
        ok
        """
    static let redisInfo = """
        # Server\r
        redis_version:7.0.15\r
        uptime_in_seconds:123\r
        # Memory\r
        used_memory:1048576\r
        maxmemory:16777216\r
        db0:keys=12,expires=3,avg_ttl=100\r

        """
    static let stubStatus = """
        Active connections: 2
        server accepts handled requests
         16 16 31
        Reading: 0 Writing: 1 Waiting: 1

        """
    static let prometheusAnswer = #"""
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"api"},"value":[1773057600.123,"0.25"]}]}}
        """#
    static let bucket = """
        <?xml version="1.0"?><ListBucketResult><Name>b</Name><Contents><Key>db/a&amp;b.zst</Key><Size>12</Size></Contents><IsTruncated>false</IsTruncated></ListBucketResult>
        """
    static let prometheus = """
        # HELP http_requests_total x
        # TYPE http_requests_total counter
        http_requests_total{code="200",path="a\\"b\\n"} 12 1395066363000
        latency_seconds_bucket{le="+Inf"} 3e5
        latency_seconds_bucket{le="0.1"} NaN

        """
    package static let launch = """
        product: {name: Shop}
        environment: test
        timezone: {name: UTC, abbreviation: UTC}
        journal: {path: /tmp/j}
        probes:
          - name: api
            type: http
            url: "https://${A}/healthz"
            every: 1s
            thresholds: {p95: {warn: above 150ms, critical: above 200ms}}
        security:
          tls: {warn: 30d, critical: 7d, endpoints: [{host: "a.test:443", addresses: ["10.0.0.5:8443"], path: none}]}
          audit: {syslog: {udp: "10.0.0.9:514"}, collect: [{name: db, jsonlog: /tmp/log}], keep: {data: 400d}}
          scans: {reports: [{name: img, format: trivy, file: /tmp/t.json}], accepted: [{id: CVE-1, until: 2026-06-30, reason: x}]}
        panes: {health: [{title: API, show: api.p95}]}
        """
    /// A theme must name every role.
    package static let theme = Role.names.enumerated().map { index, name in
        "\(name): \(["{}", "{fg: 7, bold: true}", "{fg: \"#00ff00\"}", "{bg: bright_red}"][index % 4])\n"
    }.joined()
}
