package import Edge
import FoundationEssentials
import Glibc
package import Launch
import Subprocess
import Synchronization
import Wire

/// A whole launch on this machine: BarberPro in two colours behind the door, its database, sessions, payment gateway
/// and customers, and a scenario that happens to it.
package actor Rehearsal {
    package struct Options: Sendable {
        package var scenario: Scenario
        /// Bookings of the past days in the database: by default as many as customers at the default rate make in eight
        /// days.
        package var bookings: Int
        /// Requests a second, as an average of the week.
        package var rate: Double
        /// As many at night as by day.
        package var isSteady: Bool
        package var seed: UInt64
        /// How often a stranger tries one of the usual holes; nil: never.
        package var strangers: Duration?

        package init(
            scenario: Scenario = .calm, bookings: Int = 135_000, rate: Double = 40, isSteady: Bool = false,
            seed: UInt64 = 1, strangers: Duration? = nil
        ) {
            self.scenario = scenario
            self.bookings = bookings
            self.rate = rate
            self.isSteady = isSteady
            self.seed = seed
            self.strangers = strangers
        }
    }

    /// The release that serves at first, on blue.
    package static let liveVersion = "v1.4.0"
    /// The one before, still warm on green.
    package static let idleVersion = "v1.3.9"

    package nonisolated let postgres: PostgresServer
    package nonisolated let redis: RedisServer
    package nonisolated let nginx: NginxServer
    package nonisolated let door: Door
    /// The door, as actions use it.
    package nonisolated let edge: EdgeClient
    package nonisolated let deployment: Deployment
    /// How to reach all of it; see `fill(_:)`.
    package nonisolated let variables: [String: String]

    private nonisolated let privateFolder: PrivateFolder
    private nonisolated let release: Release
    private nonisolated let releases: ReleaseSocket
    private var parts: [Deed.Part: BarberProPart]
    private var engine: Daemon?
    private var background: Task<Void, Never>?

    /// Redis's bound, small enough to be filled in one write.
    private static let redisMemory = 16 << 20

    /// Starts it all; returns when all of it answers. The scenario begins then.
    package static func start(
        _ options: Options = Options(), note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Rehearsal {
        let folder = try await PrivateFolder()
        do {
            let rehearsal = try await Rehearsal(options, in: folder)
            try await rehearsal.setFlags()
            await rehearsal.begin(options, note: note)
            return rehearsal
        } catch {
            await folder.close()
            throw error
        }
    }

    private init(_ options: Options, in folder: PrivateFolder) async throws {
        let authority = try await OwnAuthority.make(in: try folder.subfolder("tls"))
        async let edgePair = authority.pair(for: "edge")
        async let databasePair = authority.pair(for: "database")
        let access = try DatabaseAccess(in: folder.path, authority)
        let (tls, databaseTLS) = try await (edgePair, databasePair)
        // Redis by its Unix socket only, in a folder that is closed to others; PostgreSQL also by TLS.
        async let database = PostgresServer.start(
            in: folder, cluster: .made, settings: DatabaseAccess.settings(databaseTLS), rules: DatabaseAccess.rules)
        async let cache = RedisServer.start(
            in: folder,
            settings: [
                "port": "0", "requirepass": "\"\"", "maxmemory": "\(Rehearsal.redisMemory)",
                "maxmemory-policy": "noeviction",
            ])
        async let gateway = BarberProPart.start(in: folder, name: "gateway", ["gateway"])
        let inbox = "\(folder.path)/inbox"
        async let phones = BarberProPart.start(in: folder, name: "providers", ["providers", "--inbox", inbox])
        let (postgres, redis, payments, providers) = try await (database, cache, gateway, phones)
        try await ProviderSecrets.write(in: folder.path, providers: providers.url)

        let release = Release(
            database: access.connection("barberpro", postgres), redis: redis, gateway: payments)
        async let history: Void = Rehearsal.seed(
            postgres, bookings: options.bookings, passwords: access.passwords, in: folder)
        async let first = release.start("blue", Rehearsal.liveVersion, in: folder)
        async let second = release.start("green", Rehearsal.idleVersion, in: folder)
        let (blue, green) = try await (first, second)

        let door = try await Door.make(in: folder, Split(all: "blue"))
        let colours = [("blue", blue), ("green", green)].map {
            ColourPlan(name: $0.0, hosts: ["127.0.0.1:\($0.1.port)"])
        }
        let nginxFolder = "\(folder.path)/nginx"
        let hardening = Hardening(folder: nginxFolder)
        let tlsPort = Mutex<UInt16>(0)
        let nginx = try await NginxServer.start(in: folder, modules: hardening.modules) { port, _ in
            let deployment = door.deployment(port: port, colours: colours, hardening: hardening.plan)
            let edge = EdgeConfiguration(deployment, deployment.edges[0])
            try hardening.write(rules: edge.rules)
            let second = try LoopbackPort.free()
            tlsPort.withLock { $0 = second }
            return FrontConfiguration(port: port, folder: nginxFolder, edge: edge, tls: (second, tls)).text
        }
        deployment = door.deployment(port: nginx.port, colours: colours, hardening: hardening.plan)
        edge = EdgeClient(deployment.edges[0], of: deployment, on: try Reactor())
        releases = try ReleaseSocket(in: folder.path)
        try await history
        async let evidence: Void = access.makeEvidence(in: postgres)
        // The first answers of fresh processes are slow, and no news: they are given before anybody looks or comes.
        for part in [nginx.addresses, blue.addresses, green.addresses].joined() { try await Rehearsal.warm(part) }
        let doorURL = "http://127.0.0.1:\(nginx.port)"
        let traffic = try await BarberProPart.start(
            in: folder, name: "traffic",
            ["traffic", "--door", doorURL, "--rate", "\(options.rate)", "--seed", "\(options.seed)"]
                + (options.isSteady ? ["--steady"] : []))

        let recipient = try await Rehearsal.backupKey(in: folder.path)
        try await evidence
        self.postgres = postgres
        self.redis = redis
        self.nginx = nginx
        self.door = door
        self.release = release
        privateFolder = folder
        parts = [.blue: blue, .green: green, .gateway: payments, .traffic: traffic, .providers: providers]
        variables = [
            "POSTGRES_SOCKET_DIR": postgres.socketFolder, "POSTGRES_PORT": "\(postgres.port)",
            "POSTGRES_USER": "guardia", "POSTGRES_DATABASE": "barberpro", "GATEWAY_TOKEN": "TEST-barberpro",
            "REDIS_SOCKET": redis.socket, "DOOR_URL": doorURL, "BLUE_URL": blue.url, "GREEN_URL": green.url,
            "BLUE_HOST": "127.0.0.1:\(blue.port)", "GREEN_HOST": "127.0.0.1:\(green.port)",
            "EDGE_HELPER": door.helper, "BARBERPRO": try Program.barberpro.path(),
            "GATEWAY_URL": payments.url, "TRAFFIC_URL": traffic.url, "DOOR_FOLDER": door.folder,
            "NGINX_PROGRAM": nginx.program, "NGINX_CONFIG": nginx.configurationFile,
            "JOURNAL": "\(folder.path)/journal.sqlite", "REHEARSAL_FOLDER": folder.path,
            "BACKUP_RECIPIENT": recipient, "LAUNCH_AT": Rehearsal.launchTime(),
            "PROVIDERS_URL": providers.url, "INBOX": inbox, "MOBILE_PORT": "\(try LoopbackPort.free())",
            // MARK: Security
            "NGINX_FOLDER": nginxFolder, "TLS_PORT": "\(tlsPort.withLock { $0 })", "TLS_AUTHORITY": authority.file,
            "TLS_CERTIFICATE": tls.certificate, "DOOR_PORT": "\(nginx.port)",
            "EDGE_WAF": hardening.plan.waf == nil ? "none" : "block",
            "WAF_STATION": hardening.plan.waf == nil ? "audit" : "defence",
            "WAF_WORD": hardening.plan.waf == nil
                ? "the WAF blocks and its exceptions were reviewed" : "the WAF's exceptions were reviewed",
            "EDGE_COUNTRIES": hardening.plan.countries == nil ? "none" : "refuse",
        ]
    }

    /// T−0 of a rehearsal: an hour from now.
    private static func launchTime() -> String { Date(timeIntervalSinceNow: 3600).formatted(.iso8601) }

    /// How a colour is started.
    private struct Release: Sendable {
        /// libpq's words.
        var database: String
        var redis: RedisServer
        var gateway: BarberProPart

        func start(
            _ colour: String, _ version: String, in folder: PrivateFolder, port: UInt16? = nil
        ) async throws -> BarberProPart {
            try await BarberProPart.start(
                in: folder, name: colour,
                [
                    "serve", "--colour", colour, "--version=\(version)", "--gateway", gateway.url,
                    "--redis", redis.socket, "--postgres", database,
                ], port: port)
        }
    }

    private static func seed(
        _ postgres: PostgresServer, bookings: Int, passwords: String, in folder: PrivateFolder
    ) async throws {
        let connection =
            "host=\(postgres.socketFolder) port=\(postgres.port) user=\(postgres.user) dbname=\(postgres.database)"
        let log = "\(folder.path)/seed.log"
        let seed = try await Warden.launch(
            [
                try Program.barberpro.path(), "seed", "--postgres", connection, "--bookings", "\(bookings)",
                "--passfile",
                passwords,
            ],
            register: folder.register, endSignal: "TERM", log: log, workingIn: folder.path)
        guard try await seed.waitForExit().isSuccess else { throw RehearsalError.noHistory(log: lastLines(of: log)) }
    }

    private static func warm(_ address: ServerAddress) async throws {
        for path in ["/healthz", "/metrics", "/healthz"] {
            let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            _ = try await address.ask(Array(request.utf8), within: .seconds(2))
        }
    }

    private func begin(_ options: Options, note: @escaping @Sendable (String) -> Void) {
        background = Task {
            await withDiscardingTaskGroup { group in
                let runner = ScenarioRunner(
                    scenario: options.scenario, clock: .continuous,
                    perform: { [weak self] deed in try await self?.perform(deed) },
                    note: { deed, error in
                        note("\(options.scenario.name): \(deed)" + (error.map { ": \($0)" } ?? ""))
                    })
                group.addTask { await runner.run() }
                if let pause = options.strangers, let url = variables["DOOR_URL"] {
                    group.addTask { await Strangers(url: url, pause: pause).run() }
                }
                let folder = privateFolder.path
                group.addTask { await LogKeeper(folder: folder).run() }
                group.addTask { [releases] in
                    await releases.run { [weak self] colour, version in
                        try await self?.perform(.release(colour: colour, version: version))
                    } control: { [weak self] part, verb in
                        try await self?.control(part, verb)
                    }
                }
            }
        }
    }

    /// Ends it all and removes its folder.
    package func stop() async {
        background?.cancel()
        await edge.close()
        await privateFolder.close()
    }

    /// Does one thing of a scenario.
    package func perform(_ deed: Deed) async throws {
        switch deed {
        case .fault(let part, let fault): try await parts[part]?.set(fault: fault)
        case .mend(let part): try await parts[part]?.set(fault: [:])
        case .release(let colour, let version):
            guard let part = Deed.Part(rawValue: colour), [.blue, .green].contains(part), let old = parts[part] else {
                throw RehearsalError.unknownColour(colour)
            }
            await old.stop()
            parts[part] = try await release.start(colour, version, in: privateFolder, port: old.port)
        case .shift(let split): try await edge.open(split)
        case .hangDatabase: try await postgres.pause()
        case .wakeDatabase: try await postgres.resume()
        // One string as long as all the memory there is: this write is still let in, the next is not.
        case .fillRedis: try await tellRedis("SETRANGE ballast \(Rehearsal.redisMemory) x")
        case .emptyRedis: try await tellRedis("DEL ballast")
        }
    }

    /// Stops, starts or restarts a part, as a drill asks.
    private func control(_ name: String, _ verb: String) async throws {
        switch (name, verb) {
        case ("redis", "restart"):
            await redis.daemon.stop()
            // As long as one with data takes to load it: an outage that nobody can see teaches nothing.
            try await Task.sleep(for: .seconds(1))
            try await redis.daemon.start()
        case ("blue", "stop"), ("green", "stop"): await parts[Deed.Part(rawValue: name) ?? .blue]?.stop()
        case ("blue", "start"), ("green", "start"): try await parts[Deed.Part(rawValue: name) ?? .blue]?.start()
        default: throw RehearsalError.unknownPart("\(name) \(verb)")
        }
    }

    /// A key of its own for the backups of this rehearsal; its public half.
    private static func backupKey(in folder: String) async throws -> String {
        let key = "\(folder)/backup-key"
        guard (try? await Command.run(["age-keygen", "-o", key], deadline: .seconds(5)))?.isSuccess == true,
            let made = try? await Command.run(["age-keygen", "-y", key], deadline: .seconds(5)), made.isSuccess
        else { throw ServerError.missingProgram(name: "age-keygen", package: "age", lookedIn: [Command.defaultPath]) }
        return String(made.standardOutput.text.prefix { !$0.isNewline })
    }

    /// Starts the engine that watches this launch, as one more server of its folder: the only place where an engine is a
    /// child of what shows it.
    ///
    /// - Parameters:
    ///   - leftovers: folders in memory that it may leave where it is killed: they go with the rehearsal's.
    ///   - isReady: whether it gives signs of life.
    package func startEngine(
        _ command: [String], leftovers: [String] = [], isReady: @escaping @Sendable () -> Bool
    ) async throws {
        try privateFolder.take(along: leftovers)
        let engine = Daemon(
            .init(
                name: "engine", command: command, folder: privateFolder.path, endSignal: (SIGTERM, "TERM"),
                asServerUser: false, isReady: { _ in isReady() }),
            in: privateFolder)
        try await engine.start()
        self.engine = engine
    }

    /// Replaces `${NAME}` by our variables.
    package nonisolated func fill(_ template: String) throws -> String {
        try Template.fill(template, variables)
    }

    /// The feature flags that a rehearsal begins with: one that grows, one that is off, one that everybody has.
    private func setFlags() async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for (name, enabled, rollout) in [("checkout-v2", 1, 5), ("instant-refunds", 0, 25), ("nearby-map", 1, 100)] {
            try await tellRedis(
                "HSET flag:\(name) enabled \(enabled) rollout \(rollout) algorithm unleash version 1 "
                    + "updated_by rehearsal updated_at \(now)")
        }
    }

    /// Sends an inline command.
    private func tellRedis(_ command: String) async throws {
        let answer = try await ServerAddress.unix(redis.socket).ask(Array("\(command)\r\n".utf8), within: .seconds(2))
        guard answer?.first == UInt8(ascii: ":") else {
            throw RehearsalError.redis(
                command: command, answer: answer.map { String(decoding: $0, as: UTF8.self) } ?? "nothing")
        }
    }
}
