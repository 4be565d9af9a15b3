import Launch
import Testing
import Wire

@testable import Rehearsal
@testable import Watch

/// A real blackbox exporter that looks at an nginx which plays a CDN.
@Suite struct VantageProberTests {
    private static let modules = """
        modules:
          http_2xx: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}
          cache_hit:
            prober: http
            timeout: 5s
            http:
              preferred_ip_protocol: ip4
              fail_if_header_not_matches: [{header: X-Cache, regexp: HIT}]

        """

    private let cdn = """
        location = /hit { add_header X-Cache "HIT"; return 200 "ok"; }
        location = /miss { add_header X-Cache "MISS"; return 200 "ok"; }
        location = /broken { return 503; }
        """

    /// A CDN with a real cache before two files: one that may never be kept, one that may be kept for a second.
    private func caching(_ port: UInt16, _ folder: String) -> String {
        """
        proxy_cache_path \(folder)/cache keys_zone=cdn:1m;
        server {
            listen unix:\(folder)/origin.sock;
            location = /no-store { add_header Cache-Control "no-store"; return 200 "ok"; }
            location = /second { add_header Cache-Control "max-age=1"; return 200 "ok"; }
        }
        server {
            listen 127.0.0.1:\(port);
            \(cdn)
            location / {
                proxy_pass http://unix:\(folder)/origin.sock;
                proxy_cache cdn;
                add_header X-Cache $upstream_cache_status;
            }
        }
        """
    }

    private func withExporter(_ body: (ProbeLab, String, String) async throws -> Void) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let data = try folder.subfolder("data")
            try writeConfiguration("\(data)/blackbox.yml", Self.modules)
            let exporter = try await Daemon.start(
                "blackbox", in: folder,
                {
                    [
                        "/usr/bin/prometheus-blackbox-exporter", "--config.file=\(data)/blackbox.yml",
                        "--web.listen-address=127.0.0.1:\($0)",
                    ]
                }, readyAt: "/-/healthy")
            let nginx = try await NginxServer.start(in: folder) { caching($0, $1) }
            try await body(lab, "http://127.0.0.1:\(exporter.port)", "http://127.0.0.1:\(nginx.port)")
        }
    }

    private func target(_ exporter: String, _ url: String, elsewhere: String? = nil) -> VantageTarget {
        VantageTarget(
            url: url,
            points: [VantageTarget.Point(name: "AR-C", url: exporter)]
                + (elsewhere.map { [VantageTarget.Point(name: "AR-V", url: $0)] } ?? []),
            hitModule: "cache_hit")
    }

    @Test("first byte, total and hits of each place come from its exporter")
    func eachPlace() async throws {
        try await withExporter { lab, exporter, cdn async throws in
            let prober = VantageProber(target(exporter, cdn + "/hit"), in: lab.context)
            let found = try await prober.measurements()
            let firstByte = found["first_byte.AR-C"].number ?? 0
            #expect(firstByte > 0)
            #expect((found["total.AR-C"].number ?? 0) >= firstByte)
            #expect(found["hit_rate.AR-C"] == .number(100))
            #expect(found["slowest"] == .number(firstByte))
            #expect(found["answering"] == .number(1))
            let misses = VantageProber(target(exporter, cdn + "/miss"), in: lab.context)
            #expect(try await misses.measurements()["hit_rate.AR-C"] == .number(0))
        }
    }

    @Test("a look warms no cache for itself: a cold one is a miss, and what may not be kept never is a hit")
    func coldCache() async throws {
        try await withExporter { lab, exporter, cdn async throws in
            let never = VantageProber(target(exporter, cdn + "/no-store"), in: lab.context)
            for _ in 0..<3 {
                let found = try await never.measurements()
                #expect(found["hit_rate.AR-C"] == .number(0))
                // A miss is an answer, with its times.
                #expect(found["answering"] == .number(1) && (found["first_byte.AR-C"].number ?? 0) > 0)
            }
            let second = VantageProber(target(exporter, cdn + "/second"), in: lab.context)
            let first = try await second.measurements()
            #expect(first["hit_rate.AR-C"] == .number(0), "the first look finds the cache cold")
            // Hits in between, and a miss again when the second is over.
            var (looks, hits, misses) = (1.0, 0.0, 1.0)
            let end = ContinuousClock.now + .seconds(30)
            while hits < 1 || misses < 2, ContinuousClock.now < end {
                let share = try await second.measurements()["hit_rate.AR-C"].number ?? -1
                looks += 1
                hits = (share * looks / 100).rounded()
                misses = looks - hits
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(hits >= 1 && misses >= 2, "\(looks) looks, \(hits) hits")
        }
    }

    @Test("what got no answer was neither a hit nor a miss")
    func noAnswerIsNoMiss() async throws {
        try await withExporter { lab, exporter, cdn async throws in
            let nobody = "http://127.0.0.1:\(try LoopbackPort.free())/"
            for url in [nobody, cdn + "/broken"] {
                let found = try await VantageProber(target(exporter, url), in: lab.context).measurements()
                #expect(found["hit_rate.AR-C"] == .missed("nothing was asked in the window"), "\(url)")
                #expect(found["answering"] == .number(0))
                #expect(found["first_byte.AR-C"].reason != nil)
            }
            // Without hits it is the usual module that is asked.
            let plain = VantageTarget(url: cdn + "/miss", points: [VantageTarget.Point(name: "AR-C", url: exporter)])
            let found = try await VantageProber(plain, in: lab.context).measurements()
            #expect(found["answering"] == .number(1) && found["hit_rate.AR-C"] == nil)
        }
    }

    @Test("a place without an answer is a miss of its own, with the reason; no place at all fails the look")
    func somePlaces() async throws {
        try await withExporter { lab, exporter, cdn async throws in
            let nobody = "http://127.0.0.1:\(try LoopbackPort.free())"
            let found = try await VantageProber(target(exporter, cdn + "/hit", elsewhere: nobody), in: lab.context)
                .measurements()
            #expect(found["first_byte.AR-C"].number != nil)
            #expect(found["first_byte.AR-V"].reason != nil)
            #expect(found["answering"] == .number(1))
            let broken = try await VantageProber(target(exporter, cdn + "/broken"), in: lab.context).measurements()
            #expect(broken["first_byte.AR-C"] == .missed("status 503 from AR-C"))
            #expect(broken["answering"] == .number(0))
            #expect(broken["slowest"] == .missed("no place got an answer"))
            await #expect(throws: (any Error).self) {
                try await VantageProber(target(nobody, cdn + "/hit"), in: lab.context).measurements()
            }
            await #expect {
                try await VantageProber(target(cdn, "http://x/"), in: lab.context).measurements()
            } throws: {
                "\($0)".contains("status 404")
            }
        }
    }
}
