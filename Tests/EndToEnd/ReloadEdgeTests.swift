import Foundation
import Launch
import Rehearsal
import Testing
import Wire

/// A whole deploy and its rollback on an nginx without a door, which is tested and reloaded at each switch.
///
/// Such an nginx closes kept connections when it is reloaded, and with them now and then a request that had just been sent (about one
/// in two reloads): the customers here ask again, as browsers do. Beyond that not one may fail.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ReloadEdgeTests {
    /// An edge with `backend: {test: …, reload: …}`, beside the rehearsal's own.
    private final class ReloadEdge {
        let rehearsal: LiveRehearsal
        let bastion: Bastion
        let nginx: NginxServer
        let engine: RunningProgram
        private let folder: PrivateFolder
        private let door: String
        private let configuration: String
        private let reactor: Reactor
        private let http: HTTPClient

        var url: String { "http://127.0.0.1:\(nginx.port)" }

        init() async throws {
            rehearsal = try await LiveRehearsal.headless()
            folder = try await PrivateFolder()
            door = "\(folder.path)/door"
            let (rehearsal, door) = (rehearsal, door)
            let helper = rehearsal.variables["EDGE_HELPER"] ?? ""
            let nginxFolder = "\(folder.path)/nginx"
            let program =
                [rehearsal.variables["NGINX_PROGRAM"] ?? ""]
                + ["-e", "stderr", "-p", nginxFolder, "-c", "\(nginxFolder)/nginx.conf"]
            let (test, reload) = (program + ["-q", "-t"], program + ["-s", "reload"])
            try FileManager.default.createDirectory(atPath: door, withIntermediateDirectories: false)
            for words in [["backend", "reload"] + test + ["--"] + reload, ["init", "blue"]] {
                try #require(try Program.run(helper, ["--door", door] + words).status == 0)
            }
            let config = try String(contentsOfFile: "\(rehearsal.folder)/launch.yaml", encoding: .utf8)
            let line = try #require(config.split(separator: "\n").first { $0.contains("{name: edge-1, front:") })
            func bastion(_ port: UInt16) throws -> Bastion {
                func list(_ words: [String]) -> String { "[\(words.map { "\"\($0)\"" }.joined(separator: ", "))]" }
                let edge =
                    "    - {name: edge-1, front: \"http://127.0.0.1:\(port)\", door: \"\(door)\", helper: \"\(helper)\", "
                    + "backend: {test: \(list(test)), reload: \(list(reload))}}"
                return try Bastion(rehearsal, [(String(line), edge)])
            }
            nginx = try await rehearsal.startNginx(of: "edge-1", in: folder, bastion)
            self.bastion = try bastion(nginx.port)
            configuration = try String(contentsOfFile: nginx.configurationFile, encoding: .utf8)
            reactor = try Reactor()
            http = HTTPClient(on: reactor)
            engine = try self.bastion.startEngine()
        }

        func close() async {
            engine.killHard()
            reactor.shutdown()
            await folder.close()
        }

        /// Writes something into nginx's configuration; nil: as it was. Nothing is reloaded.
        func configure(_ more: String?) throws {
            var text = configuration
            if let more { text = text.replacing("http {", with: "http {\n\(more)", maxReplacements: 1) }
            // In its place: its owner is nginx's user.
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: nginx.configurationFile))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        }

        /// What `ls -l current` says.
        var split: String {
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(door)/current")
            return link?.split(separator: "/").last.map(String.init) ?? "?"
        }

        /// The version that a customer gets who comes now: on a kept connection a worker of before may answer once more.
        func version(for client: Int) async throws -> String {
            let request = HTTPRequest(
                "\(url)/version", headers: [.init("Cookie", "client=\(client)")], freshConnection: true)
            let answer = try await http.send(request, deadline: .seconds(10))
            return answer.headers.all.first { $0.name.lowercased() == "x-version" }?.value ?? "?"
        }

        static func with(_ body: (ReloadEdge) async throws -> Void) async throws {
            let edge = try await ReloadEdge()
            do { try await body(edge) } catch {
                await edge.close()
                throw error
            }
            await edge.close()
        }
    }

    @Test func anNginxWithoutADoorIsDeployedToRolledBackAndBelievedOnlyWhatItAnswers() async throws {
        try await ReloadEdge.with { edge in
            let bastion = edge.bastion
            try await bastion.expectStatus("the way back is ready") { $0.status == 0 }
            let load = LoadClient(edge.url, threads: 4, pace: .milliseconds(25), repeats: true)

            // A canary is a share of the customers, each of whom stays where they are.
            let deploy = try bastion.start("deploy", "v9.3.0", "--yes", "--canary", "25", "--bake", "1s")
            try await bastion.waitFor("a person is asked") { $0.waitsFor != nil }
            #expect(edge.split == "green-25.blue")
            var versions: [String] = []
            for client in 0..<200 { versions.append(try await edge.version(for: client)) }
            let share = versions.count { $0 == "v9.3.0" }
            #expect((25...75).contains(share), "\(share) of 200")
            for client in 0..<20 { #expect(try await edge.version(for: client) == versions[client]) }
            #expect(try bastion.run("promote", "--yes").status == 0)
            #expect(try await deploy.status() == 0, "\(deploy.text)")
            #expect(try await edge.version(for: 1) == "v9.3.0")
            let rollback = try bastion.run("rollback", "--yes")
            #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
            #expect(try await edge.version(for: 1) == "v1.4.0")

            // A configuration that nginx refuses: nothing is switched, and its words are told.
            try edge.configure("no_such_directive;")
            let refused = try bastion.run("rollback", "--yes", "--to", "green")
            #expect(refused.status == 4 && refused.output.contains("nothing was switched"), "\(refused)")
            #expect(refused.output.contains("unknown directive no_such_directive"), "\(refused)")
            #expect(edge.split == "blue")
            let failed = try bastion.run("deploy", "v9.4.0", "--yes", "--canary", "none")
            #expect(failed.status == 1 && failed.output.contains("no_such_directive"), "\(failed)")
            #expect(edge.split == "blue")
            #expect(try await edge.version(for: 1) == "v1.4.0")

            // A configuration that its test takes, and that nginx cannot run: the port is another's. It says nothing and goes on as
            // before, which only its answers tell.
            let taken = edge.rehearsal.variables["DOOR_PORT"] ?? ""
            try edge.configure("server { listen 127.0.0.1:\(taken); }")
            let unproved = try bastion.run("rollback", "--yes", "--to", "green")
            #expect(unproved.status == 4, "\(unproved)")
            #expect(unproved.output.contains("the front door serves blue, not green"), "\(unproved)")
            #expect(try await edge.version(for: 1) == "v1.4.0")
            // Once it can, the engine takes it where it was sent.
            try edge.configure(nil)
            let isThere = try await eventually(within: 30) { try await edge.version(for: 1) == "v9.4.0" }
            #expect(isThere, "\(edge.split)")
            #expect(edge.split == "green")

            let failures = try await load.stop()
            #expect(load.requests > 500)
            #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
        }
    }
}
