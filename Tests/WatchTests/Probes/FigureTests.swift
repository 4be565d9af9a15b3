import Launch
import Testing

@testable import Watch

@Suite struct RedisFigureTests {
    private func findings(_ info: String, _ figures: inout RedisFigures, at uptime: Milliseconds) -> [String:
        Measurement]
    {
        let findings = figures.findings(of: RedisInfo(parsing: info), at: uptime)
        return Dictionary(findings.map { ($0.measure, $0.measurement) }, uniquingKeysWith: { first, _ in first })
    }

    private func info(_ more: String, evicted: Int = 0, hits: Int = 0, misses: Int = 0) -> String {
        "# Server\r\nredis_version:7.0.15\r\nused_memory:1000\r\nconnected_clients:3\r\nblocked_clients:1\r\n"
            + "evicted_keys:\(evicted)\r\nkeyspace_hits:\(hits)\r\nkeyspace_misses:\(misses)\r\n"
            + "rdb_last_save_time:1700000000\r\nserver_time_usec:1700000100000000\r\nrdb_last_bgsave_status:ok\r\naof_enabled:0\r\nrole:master\r\n"
            + "connected_slaves:0\r\nmaxmemory:0\r\n\(more)"
    }

    @Test func figuresOfOneLook() {
        var figures = RedisFigures()
        let found = findings(info("maxmemory:4000\r\n"), &figures, at: 0)
        #expect(found["memory"] == .number(1000))
        #expect(found["memory_used"] == .number(25))
        #expect(found["clients"] == .number(3))
        #expect(found["blocked_clients"] == .number(1))
        #expect(found["save_age"] == .number(100))
        #expect(found["persistence"] == .number(0))
        #expect(found["replication"] == .missed("no replica"))
        #expect(found["evictions"] == nil && found["hit_rate"] == nil)
    }

    @Test func ratesNeedASecondLook() {
        var figures = RedisFigures()
        _ = findings(info("", evicted: 10, hits: 100, misses: 100), &figures, at: 0)
        let found = findings(info("", evicted: 30, hits: 109, misses: 101), &figures, at: 2000)
        #expect(found["evictions"] == .number(10))
        #expect(found["hit_rate"] == .number(90))
        #expect(found["memory_used"] == .missed("maxmemory is not set"))
        let idle = findings(info("", evicted: 30, hits: 109, misses: 101), &figures, at: 3000)
        #expect(idle["evictions"] == .number(0))
        #expect(idle["hit_rate"] == .missed("no key was looked up since the last look"))
    }

    @Test(
        "a replica's link and a master's replicas decide the verdict",
        arguments: [
            ("role:slave\nmaster_link_status:up\n", 0), ("role:slave\nmaster_link_status:down\n", 2),
            ("role:slave\nmaster_link_status:up\nmaster_sync_in_progress:1\n", 1),
            ("connected_slaves:1\nslave0:ip=10.0.0.2,port=6379,state=online,offset=1,lag=0\n", 0),
            ("connected_slaves:1\nslave0:ip=10.0.0.2,port=6379,state=wait_bgsave,offset=1,lag=0\n", 1),
        ])
    func replication(lines: String, code: Double) {
        var figures = RedisFigures()
        #expect(findings(info(lines), &figures, at: 0)["replication"] == .number(code))
    }

    @Test(
        arguments: [
            ("rdb_last_bgsave_status:err\n", 2), ("aof_enabled:1\naof_last_write_status:ok\n", 0),
            ("aof_enabled:1\naof_last_write_status:err\n", 2),
            ("aof_enabled:1\naof_last_write_status:ok\naof_last_bgrewrite_status:err\n", 2),
        ])
    func failedSavesAreCritical(lines: String, code: Double) {
        var figures = RedisFigures()
        #expect(findings(info(lines), &figures, at: 0)["persistence"] == .number(code))
    }

    @Test func missingFieldsAreMissesByName() {
        var figures = RedisFigures()
        #expect(findings("", &figures, at: 0)["memory"] == .missed("INFO has no used_memory"))
        #expect(findings("used_memory:lots", &figures, at: 0)["memory"] == .missed("INFO has no used_memory"))
    }
}

@Suite struct HostFigureTests {
    private let proc = [
        "cpu  100 20 30 800 50 0 0 0 40 0\ncpu0 1 2 3 4\nintr 1\n", "0.52 0.58 0.59 1/597 12345\n",
        "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    4000 kB\n",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo: 999999    1    0    0    0     0          0         0   999999    1    0    0    0     0       0          0
          eth0: 1000    10    0    0    0     0          0         0   2000    20    0    0    0     0       0          0
          eth1:500 10    0    0    0     0          0         0   100    20    0    0    0     0       0          0

        """, "1500\t100\t2000\n",
    ]

    @Test func procFiles() {
        let sample = ProcFiles.sample(proc)
        #expect(sample.cpuBusy == 150 && sample.cpuIdle == 850)
        #expect(sample.load == 0.52)
        #expect(sample.memoryTotal == 16_000 * 1024 && sample.memoryAvailable == 4000 * 1024)
        #expect(sample.received == 1500 && sample.sent == 2100)
        #expect(sample.filesOpen == 1400 && sample.filesMaximum == 2000)
    }

    @Test func strangeProcFilesBringNothing() {
        #expect(ProcFiles.sample(["", "", "", "", ""]) == HostSample())
        #expect(ProcFiles.sample(["cpu x", "y", "MemTotal:", "eth0:", "1"]) == HostSample())
        #expect(ProcFiles.sample([]) == HostSample())
    }

    @Test func figuresOfTwoLooks() {
        var figures = HostFigures()
        var sample = ProcFiles.sample(proc)
        (sample.diskTotal, sample.diskFree, sample.diskAvailable) = (1000, 300, 200)
        (sample.inodesTotal, sample.inodesFree) = (100, 25)
        _ = figures.findings(of: sample, at: 0)
        sample.cpuBusy = 175
        sample.cpuIdle = 925
        sample.received = 2500
        sample.sent = 50
        let found = Dictionary(
            figures.findings(of: sample, at: 2000).map { ($0.measure, $0.measurement) },
            uniquingKeysWith: { first, _ in first })
        #expect(
            found == [
                "cpu": .number(25), "load": .number(0.52), "memory": .number(75), "disk": .number(700.0 / 900 * 100),
                "inodes": .number(75), "received": .number(500), "sent": .number(25), "files": .number(70),
            ])
    }

    @Test func whatIsNotReportedIsAMiss() {
        var figures = HostFigures()
        var sample = HostSample()
        sample.inodesTotal = 0
        let found = figures.findings(of: sample, at: 0)
        #expect(found.count == 8)
        #expect(found.contains(Finding("inodes", .missed("this file system has no fixed number of inodes"))))
        #expect(found.contains(Finding("memory", .missed("the memory is not reported"))))
    }

    @Test func nodeExporterHasTheSameFigures() {
        let text = """
            node_cpu_seconds_total{cpu="0",mode="idle"} 800
            node_cpu_seconds_total{cpu="0",mode="user"} 100
            node_cpu_seconds_total{cpu="1",mode="iowait"} 50
            node_cpu_seconds_total{cpu="1",mode="system"} 50
            node_load1 0.52
            node_memory_MemTotal_bytes 1.6384e+07
            node_memory_MemAvailable_bytes 4.096e+06
            node_filesystem_size_bytes{device="/dev/sda",fstype="ext4",mountpoint="/"} 1000
            node_filesystem_avail_bytes{device="/dev/sda",fstype="ext4",mountpoint="/"} 200
            node_filesystem_free_bytes{device="/dev/sda",fstype="ext4",mountpoint="/"} 300
            node_filesystem_files{device="/dev/sda",fstype="ext4",mountpoint="/"} 100
            node_filesystem_files_free{device="/dev/sda",fstype="ext4",mountpoint="/"} 25
            node_filesystem_files_free{device="/dev/sdb",fstype="ext4",mountpoint="/data"} 1
            node_network_receive_bytes_total{device="eth0"} 1500
            node_network_receive_bytes_total{device="lo"} 9999
            node_network_transmit_bytes_total{device="eth0"} 2100
            node_filefd_allocated 1400
            node_filefd_maximum 2000

            """
        var exporter = NodeExporter(mount: "/")
        var parser = ExpositionParser(metrics: NodeExporter.metrics)
        parser.consume(Array(text.utf8)) { exporter.take($0) }
        var expected = ProcFiles.sample(proc)
        expected.cpuBusy = 150
        expected.cpuIdle = 850
        (expected.diskTotal, expected.diskFree, expected.diskAvailable) = (1000, 300, 200)
        (expected.inodesTotal, expected.inodesFree) = (100, 25)
        #expect(exporter.sample == expected)
    }
}

@Suite struct ClockEvidenceTests {
    private func date(_ reference: Double, asked: Double, answered: Double) -> ClockEvidence {
        ClockEvidence(source: "http", reference: reference, resolution: 1000, asked: asked, answered: answered)
    }

    private func sql(_ reference: Double, asked: Double, answered: Double) -> ClockEvidence {
        ClockEvidence(source: "sql", reference: reference, resolution: 0, asked: asked, answered: answered)
    }

    @Test("a Date header cannot show less than a second")
    func coarse() {
        #expect(ClockEvidence.judgement(of: [date(10_000, asked: 10_900, answered: 10_950)]) == .number(0))
        #expect(ClockEvidence.judgement(of: [date(10_000, asked: 10_100, answered: 10_150)]) == .number(0))
        #expect(ClockEvidence.judgement(of: [date(10_000, asked: 13_100, answered: 13_150)]) == .number(2100))
        #expect(ClockEvidence.judgement(of: [date(10_000, asked: 5000, answered: 5050)]) == .number(-4950))
    }

    @Test func sqlIsRightToTheRoundTrip() {
        #expect(ClockEvidence.judgement(of: [sql(10_001, asked: 10_000, answered: 10_002)]) == .number(0))
        #expect(ClockEvidence.judgement(of: [sql(10_000, asked: 10_250, answered: 10_252)]) == .number(250))
    }

    @Test func finerEvidenceDecidesWithinTheCoarse() {
        let evidence = [date(10_000, asked: 10_900, answered: 10_950), sql(10_500, asked: 10_900, answered: 10_910)]
        #expect(ClockEvidence.judgement(of: evidence) == .number(400))
    }

    @Test("one wrong reference among three is outvoted")
    func majority() {
        let evidence = [
            date(90_000, asked: 10_900, answered: 10_950), date(10_000, asked: 10_900, answered: 10_950),
            sql(10_899, asked: 10_900, answered: 10_902),
        ]
        #expect(ClockEvidence.judgement(of: evidence) == .number(1))
    }

    @Test func withoutAMajorityNothingIsClaimed() {
        let evidence = [date(90_000, asked: 10_900, answered: 10_900), date(10_400, asked: 10_900, answered: 10_900)]
        #expect(
            ClockEvidence.judgement(of: evidence) == .missed("the references disagree: http −79600 ms, http +0 ms"))
        #expect(ClockEvidence.judgement(of: []) == .missed("no reference answered"))
    }
}
