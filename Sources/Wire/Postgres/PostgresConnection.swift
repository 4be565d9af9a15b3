import CLibpq

/// One connection of libpq in non-blocking mode, on the reactor. Any error but a server's makes it unusable: its owner
/// then drops it.
final class PostgresConnection {
    let target: String
    /// What no message may tell, though the server said it.
    private let password: String?
    private let reactor: Reactor
    private let handle: OpaquePointer
    /// The names of the prepared statements, by text.
    private var statements: [String: String] = [:]
    private var namesGiven = 0
    /// The session's statement_timeout in milliseconds, where we set one.
    private var sessionTimeout = 0
    /// Where the last PQconnectPoll stood.
    private var progress = CONNECTION_NEEDED
    /// False while an exchange is under way: one that is broken off leaves answers behind that belong to nobody.
    private(set) var isUsable = false

    /// The server keeps a plan for each prepared statement; texts that are never the same would fill its memory.
    private static let maximumOfStatements = 200

    deinit { PQfinish(handle) }

    // MARK: Connecting

    private init(_ settings: [String: String], target: String, on reactor: Reactor) throws(WireError) {
        self.target = target
        password = settings["password"].flatMap { $0.isEmpty ? nil : $0 }
        self.reactor = reactor
        try ClientLibrary.libpq.open()
        let keys = settings.keys.sorted()
        let handle = CStrings.with(keys) { keys in
            CStrings.with(settings.sorted { $0.key < $1.key }.map(\.value)) { values in
                PQconnectStartParams(keys, values, 0)
            }
        }
        guard let handle else {
            throw WireError(.outOfResources, "connect", on: target, because: "out of memory")
        }
        self.handle = handle
        // Without this, libpq writes notices to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        // The SQLSTATE of a refused connection comes in no other way.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    }

    static func connect(
        _ settings: PostgresSettings, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> PostgresConnection {
        let parameters = try await resolved(settings, on: reactor, until: deadline)
        let connection = try PostgresConnection(parameters, target: settings.target, on: reactor)
        try await connection.establish(until: deadline)
        return connection
    }

    private func establish(until deadline: ContinuousClock.Instant) async throws(WireError) {
        // "Behave as if it last returned PGRES_POLLING_WRITING": the manual on PQconnectStart.
        var status = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status != PGRES_POLLING_FAILED else { throw connectionError() }
            progress = PQstatus(handle)
            // The socket may be another one after each PQconnectPoll: the next host, or again without TLS.
            try await wait(status == PGRES_POLLING_READING ? .read : .write, until: deadline, during: "connect")
            status = PQconnectPoll(handle)
        }
        guard PQsetnonblocking(handle, 1) == 0 else { throw connectionError() }
        progress = CONNECTION_OK
        isUsable = true
    }

    /// libpq would look names up itself, and block: it gets addresses.
    private static func resolved(
        _ settings: PostgresSettings, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> [String: String] {
        var parameters = settings.effective
        guard let host = parameters["host"], parameters["hostaddr"] == nil, !host.hasPrefix("/"), !host.isEmpty else {
            return parameters
        }
        let hosts = host.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let ports = parameters["port"]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        var entries: [(host: String, address: String, port: String)] = []
        for (index, host) in hosts.enumerated() {
            let port = ports.count == hosts.count ? ports[index] : ports.first ?? ""
            switch await Resolver.addresses(of: host, on: reactor, until: deadline) {
            case .success(let addresses): entries += addresses.map { (host, $0, port) }
            case .failure(let failure):
                // The next host may do.
                if case .unresolved = failure, index < hosts.count - 1 || !entries.isEmpty { continue }
                throw WireError(resolving: host, failure, on: settings.target)
            }
        }
        parameters["host"] = entries.map(\.host).joined(separator: ",")
        parameters["hostaddr"] = entries.map(\.address).joined(separator: ",")
        if !ports.isEmpty { parameters["port"] = entries.map(\.port).joined(separator: ",") }
        return parameters
    }

    /// Whether the server has left the connection open since it was last used.
    var isAlive: Bool {
        guard isUsable else { return false }
        // What comes unasked is a notice, a parameter that changed, or the reason why the connection ends.
        for _ in 0..<2 {
            guard Socket.hasInput(PQsocket(handle)) else { return true }
            guard PQconsumeInput(handle) == 1 else { return false }
            _ = PQisBusy(handle)
        }
        return PQstatus(handle) == CONNECTION_OK
    }

    // MARK: Asking

    /// One query at a time: `isUsable` tells afterwards whether there may be another.
    func query(
        _ sql: String, _ parameters: [String?], readOnly: Bool, timeout: Int, limits: PostgresLimits,
        until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> PostgresRows {
        guard readOnly else {
            try await setSessionTimeout(timeout, until: deadline)
            return try await run(
                [Statement(text: sql, parameters: parameters, isAnswer: true)], limits: limits, until: deadline)
        }
        // One message there, one back.
        let transaction = [
            Statement(text: "BEGIN READ ONLY"),
            Statement(text: "SET LOCAL statement_timeout = \(timeout)"),
            Statement(text: sql, parameters: parameters, isAnswer: true),
            Statement(text: "COMMIT"),
        ]
        do {
            return try await run(transaction, limits: limits, until: deadline)
        } catch {
            // The transaction is still open, and failed.
            if isUsable { _ = try? await run([Statement(text: "ROLLBACK")], limits: limits, until: deadline) }
            throw error
        }
    }

    /// The server ends a statement that nobody waits for any more, even where our leaving goes unnoticed.
    private func setSessionTimeout(_ timeout: Int, until deadline: ContinuousClock.Instant) async throws(WireError) {
        guard timeout != sessionTimeout else { return }
        _ = try await run(
            [Statement(text: "SET statement_timeout = \(timeout)")], limits: PostgresLimits(), until: deadline)
        sessionTimeout = timeout
    }

    private struct Statement {
        var text: String
        var parameters: [String?] = []
        /// Whether its rows are the answer.
        var isAnswer = false
    }

    /// Runs the statements as one pipeline, preparing those that are new here.
    private func run(
        _ statements: [Statement], limits: PostgresLimits, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> PostgresRows {
        isUsable = false
        guard PQenterPipelineMode(handle) == 1 else { throw connectionError() }
        var steps: [Step] = []
        for statement in statements { try send(statement, &steps) }
        guard PQpipelineSync(handle) == 1 else { throw connectionError() }

        var answer = PostgresAnswer(limits: limits)
        var failure: WireError?
        do throws(WireError) {
            for step in steps {
                try await receive(step, into: &answer, &failure, until: deadline)
                if let text = step.prepares, failure == nil { self.statements[text] = step.name }
            }
            // PGRES_PIPELINE_SYNC: the server is ready for more.
            if let sync = try await nextResult(until: deadline) { PQclear(sync) }
            guard PQexitPipelineMode(handle) == 1 else { throw connectionError() }
        } catch {
            // Why the server hangs up says more than that it did.
            throw failure ?? error
        }
        isUsable = true
        if let failure { throw failure }
        return answer.rows
    }

    private func receive(
        _ step: Step, into answer: inout PostgresAnswer, _ failure: inout WireError?,
        until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        // Row by row, so that an answer that is too large is seen before it is all in memory.
        if step.isAnswer { PQsetSingleRowMode(handle) }
        while let result = try await nextResult(until: deadline) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
                if step.isAnswer { try answer.take(result, from: target) }
            case PGRES_FATAL_ERROR:
                if failure == nil { failure = serverError(result) }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw WireError(.invalid, "query", on: target, because: "COPY is not supported")
            default:
                // PGRES_COMMAND_OK, PGRES_EMPTY_QUERY; PGRES_PIPELINE_ABORTED after an error.
                break
            }
        }
    }

    /// One message in the pipeline, in the order of the results.
    private struct Step {
        var name = ""
        /// The text that is prepared once this has succeeded.
        var prepares: String?
        var isAnswer = false
    }

    private func send(_ statement: Statement, _ steps: inout [Step]) throws(WireError) {
        var name = statements[statement.text]
        if name == nil {
            let isKept = statements.count < Self.maximumOfStatements
            namesGiven += 1
            let new = isKept ? "guardia_\(namesGiven)" : ""
            guard PQsendPrepare(handle, new, statement.text, 0, nil) == 1 else { throw connectionError() }
            steps.append(Step(name: new, prepares: isKept ? statement.text : nil))
            name = new
        }
        let sent = CStrings.with(statement.parameters) { values in
            PQsendQueryPrepared(handle, name, Int32(statement.parameters.count), values, nil, nil, 0)
        }
        guard sent == 1 else { throw connectionError() }
        steps.append(Step(isAnswer: statement.isAnswer))
    }

    /// The next result of the statement at hand; nil when it has no more.
    private func nextResult(until deadline: ContinuousClock.Instant) async throws(WireError) -> OpaquePointer? {
        var unsent = PQflush(handle)
        while PQisBusy(handle) == 1 {
            guard unsent >= 0 else { throw connectionError() }
            try await wait(unsent == 1 ? [.read, .write] : .read, until: deadline, during: "query")
            guard PQconsumeInput(handle) == 1 else { throw connectionError() }
            // libpq may need to read before the server reads on.
            if unsent == 1 { unsent = PQflush(handle) }
        }
        return PQgetResult(handle)
    }

    private func wait(
        _ readiness: Readiness, until deadline: ContinuousClock.Instant, during operation: String
    ) async throws(WireError) {
        switch await reactor.ready(PQsocket(handle), for: readiness, until: deadline) {
        case .ready, .finished: return
        case .timedOut: throw WireError(.timedOut, operation, on: target, because: "no answer within the deadline")
        case .cancelled: throw WireError(.cancelled, operation, on: target, because: "cancelled")
        }
    }

    // MARK: Errors

    private func serverError(_ result: OpaquePointer) -> WireError {
        guard let code = guardia_pg_sqlstate(result) else { return connectionError() }
        let message = guardia_pg_message(result).map { redacted(String(cString: $0)) } ?? "no message"
        return WireError(
            PostgresFailure.kind(ofCode: String(cString: code)), "query", on: target, because: message)
    }

    private func connectionError() -> WireError {
        PostgresFailure(message: redacted(String(cString: PQerrorMessage(handle))), progress: progress).error(
            on: target)
    }

    private func redacted(_ message: String) -> String {
        password.map { message.replacing($0, with: "(password)") } ?? message
    }
}
