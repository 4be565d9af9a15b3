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
            let nginx = try await NginxServer.start(in: folder) { port, _ in
                "server { listen 127.0.0.1:\(port); \(cdn) }"
            }
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
