package import Launch
package import Wire

/// One edge's door: its helper over a session that is kept, on this machine or by SSH, and its nginx over HTTP.
package actor EdgeClient: EdgeDoor {
    package nonisolated let plan: EdgePlan
    package nonisolated let digest: String
    nonisolated let answers: AnswersPlan
    nonisolated let sticky: StickyKey
    nonisolated let colours: [String]
    private let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    let http: HTTPClient
    private let master: SSHMaster?
    /// Whoever opens a session, alone.
    private let opening: Turn
    private var session: CommandSession?
    /// What the helper told of itself when the session was opened.
    private var version = ""

    package init(_ plan: EdgePlan, of deployment: Deployment, on reactor: Reactor) {
        self.plan = plan
        self.reactor = reactor
        answers = deployment.answers
        sticky = deployment.sticky
        colours = deployment.colours.map(\.name)
        digest = EdgeConfiguration(deployment, plan).digest
        http = HTTPClient(on: reactor, maximumOfIdle: 8)
        master = plan.ssh.map { SSHMaster(SSHSettings($0), forwarding: [plan.frontPort], on: reactor) }
        opening = Turn(on: reactor)
    }

    package func prepare(within deadline: Duration) async throws(EdgeError) {
        _ = try await open("connect", until: .now + deadline)
    }

    /// The version that the helper on the edge tells of itself: the digest of its file.
    package func helperVersion(within deadline: Duration) async throws(EdgeError) -> String {
        _ = try await open("ask the helper's version", until: .now + deadline)
        return version
    }

    package func close() async {
        let session = session
        self.session = nil
        await session?.close()
        await master?.close()
    }

    // MARK: The helper

    /// Asks the helper, and takes its refusals and errors apart.
    ///
    /// - Parameter isHarmless: whether asking twice does no more than asking once: then a session that has ended meanwhile is
    ///   opened anew.
    func request(
        _ words: [String], _ operation: String, isHarmless: Bool = false, within deadline: Duration
    ) async throws(EdgeError) -> HelperAnswer {
        let end = ContinuousClock.now + deadline
        let line = words.joined(separator: " ")
        do throws(EdgeError) {
            return try await send(line, operation, until: end)
        } catch {
            // Once: the helper, its machine or the connection may have come and gone between two requests.
            guard isHarmless, error.kind == .unreachable, end > .now else { throw error }
            return try await send(line, operation, until: end)
        }
    }

    private func send(
        _ line: String, _ operation: String, until end: ContinuousClock.Instant
    ) async throws(EdgeError) -> HelperAnswer {
        let session = try await open(operation, until: end)
        let answer = try await send(line, operation, on: session, until: end)
        switch answer.end {
        case .done: return answer
        case .refused(let words): throw EdgeError(refused: words, operation, on: plan.name)
        case .failed(let reason): throw EdgeError(.broken, operation, on: plan.name, because: reason)
        }
    }

    private func send(
        _ line: String, _ operation: String, on session: CommandSession, until end: ContinuousClock.Instant
    ) async throws(EdgeError) -> HelperAnswer {
        do throws(WireError) {
            let lines = try await session.ask(
                line, operation: operation, deadline: end - .now, isLast: HelperAnswer.isLast)
            guard let answer = HelperAnswer(lines) else {
                throw WireError(.malformed, operation, on: plan.name, because: "this is no answer of the helper")
            }
            return answer
        } catch {
            if self.session === session { self.session = nil }
            await session.close()
            // A connection that takes the time may be dead without knowing it.
            if error.kind == .timedOut { await master?.drop() }
            throw EdgeError(error, operation, on: plan.name)
        }
    }

    /// The session that is open, or a new one.
    private func open(_ operation: String, until end: ContinuousClock.Instant) async throws(EdgeError) -> CommandSession
    {
        if let session, await session.isUsable { return session }
        do throws(WireError) {
            try await opening.take(operation, on: plan.name, until: end)
        } catch {
            throw EdgeError(error, operation, on: plan.name)
        }
        defer { opening.pass() }
        if let session, await session.isUsable { return session }
        await session?.close()
        session = nil
        let fresh: CommandSession
        do throws(WireError) {
            fresh = try await start(until: end)
        } catch {
            if error.kind == .timedOut { await master?.drop() }
            throw EdgeError(error, operation, on: plan.name)
        }
        let hello = try await send("hello", operation, on: fresh, until: end)
        guard hello.end == .done, hello.words("protocol")?.first == EdgeHelper.dialect[...] else {
            await fresh.close()
            throw EdgeError(
                .broken, operation, on: plan.name,
                because: "\(plan.helper) is not a helper that this guardia understands")
        }
        version = hello.words("version")?.first.map(String.init) ?? ""
        session = fresh
        return fresh
    }

    private func start(until end: ContinuousClock.Instant) async throws(WireError) -> CommandSession {
        var words = helperWords
        if let master { words = try await master.words(running: SSHSettings.line(words), deadline: end - .now) }
        return try await CommandSession.start(words, target: plan.name, on: reactor, deadline: end - .now)
    }

    private var helperWords: [String] { EdgeHelper.words(plan.helper, door: plan.door) }

    // MARK: The way to the edge's nginx

    /// The Unix socket here that leads to the front door over there; nil on this machine.
    func frontSocket(until end: ContinuousClock.Instant) async throws(WireError) -> String? {
        guard let master else { return nil }
        return try await master.socket(
            port: plan.frontPort, opening: SSHSettings.line(helperWords), deadline: end - .now)
    }

    /// A front door that takes the time may be behind a connection that is dead without knowing it.
    func noteFrontFailure(_ error: WireError) async {
        if error.kind == .timedOut { await master?.drop() }
    }
}

extension SSHSettings {
    package init(_ plan: SSHPlan) {
        self.init(
            host: plan.host, port: plan.port, user: plan.user, keyFile: plan.key, knownHostsFile: plan.knownHosts)
    }
}
