import FoundationEssentials
import Glibc
import Launch
import Testing
import Wire

@testable import Rehearsal
@testable import Watch

@Suite struct PostgresReplicaTests {
    /// A streaming replica of a server that is stopped for the time of the copy.
    private func startReplica(of primary: PostgresServer, in folder: PrivateFolder) async throws -> (
        Daemon, port: UInt16
    ) {
        let work = try folder.subfolder("replica")
        let data = "\(work)/data"
        await primary.stop()
        let copied = try await Command.run(["cp", "-a", "\(primary.socketFolder)/data", data], deadline: .seconds(30))
        try #require(copied.isSuccess, "\(copied.standardError.text)")
        try await primary.start()
        let port = try LoopbackPort.free()
        let own = """
            port = \(port)
            unix_socket_directories = '\(work)'
            primary_conninfo = 'host=\(primary.socketFolder) port=\(primary.port) user=\(primary.user)'
            wal_receiver_status_interval = 1

            """
        let settings = try String(decoding: Data(contentsOf: URL(filePath: "\(data)/postgresql.conf")), as: UTF8.self)
        try writeConfiguration("\(data)/postgresql.conf", settings + own)
        try writeConfiguration("\(data)/standby.signal", "")
        let address = ServerAddress.unix("\(work)/.s.PGSQL.\(port)")
        let daemon = Daemon(
            Daemon.Recipe(
                name: "replica", command: [try Program.postgres("postgres").path(), "-D", data], folder: work,
                endSignal: (SIGINT, "QUIT"),
                isReady: { _ in try await address.ask([0, 0, 0, 8, 4, 210, 22, 47]) != nil }),
            in: folder)
        try await daemon.start()
        return (daemon, port)
    }

    @Test("the lag of a real replica, from both sides, streaming, idle, and cut off")
    func lag() async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let primary = try await PostgresServer.start(in: folder)
            let (replica, port) = try await startReplica(of: primary, in: folder)
            func prober(_ port: UInt16, _ host: String) -> PostgresProber {
                PostgresProber(
                    PostgresTarget(host: host, port: Int(port), database: primary.database, user: primary.user),
                    in: lab.context)
            }
            let above = prober(primary.port, primary.socketFolder)
            let below = prober(port, "\(folder.path)/replica")
            func lag(_ prober: PostgresProber) async throws -> Measurement? {
                try await prober.measurements()["replication_lag"]
            }
            func waitForLag(_ prober: PostgresProber, _ isRight: (Double) -> Bool) async throws -> Bool {
                for _ in 0..<2000 {
                    if let lag = try? await lag(prober).number, isRight(lag) { return true }
                    try await Task.sleep(for: .milliseconds(5))
                }
                return false
            }
            // Nothing is written: a replica that has all of it lags by nothing, however old the last commit is.
            #expect(try await waitForLag(below) { $0 == 0 })
            #expect(try await waitForLag(above) { $0 < 1 })

            // The replica stands still while the primary writes.
            try await replica.pause()
            let settings = PostgresSettings([
                "host": primary.socketFolder, "port": String(primary.port), "user": primary.user,
                "dbname": primary.database,
            ])
            let writer = PostgresClient(settings, on: lab.reactor)
            _ = try await writer.query("CREATE TABLE t AS SELECT generate_series(1, 1000)", deadline: .seconds(10))
            #expect(try await waitForLag(above) { $0 > 0.2 }, "a silent replica lags")
            try await replica.resume()
            // Before that, it has replayed all that it received, and knows of no more.
            let reader = PostgresClient(
                PostgresSettings(
                    settings.parameters.merging(["host": "\(folder.path)/replica", "port": "\(port)"]) { $1 }),
                on: lab.reactor)
            var rows: String?
            for _ in 0..<2000 where rows != "1000" {
                rows = try? await reader.query("SELECT count(*) FROM t", deadline: .seconds(10)).scalar
                if rows != "1000" { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(rows == "1000")
            #expect(try await waitForLag(below) { $0 == 0 })

            // The primary is gone: what the replica has is no longer all there is.
            await primary.kill()
            #expect(try await waitForLag(below) { $0 > 0.2 })
        }
    }
}
