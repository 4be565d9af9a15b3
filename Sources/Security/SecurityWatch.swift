import Foundation
import Journal
package import Launch
package import Wire

/// What the engine does for the launch's security: looks at each station when it is due and tells the journal, signs
/// checkpoints, collects the audit and ships events. On a thread of its own: files block.
package actor SecurityWatch {
    /// What one watch does. Each has its own thread, so that a search through files holds up no certificate.
    package enum Part: Sendable, CaseIterable {
        case quick, thorough
    }

    private let plan: SecurityPlan
    private let deployment: Deployment?
    /// What tells whether dates can be judged.
    private let clockWitnesses: [Series]
    /// What is turned away from the edges; shared with the engine's probe.
    private let refusals: RefusalDesk?
    private let part: Part
    private let path: String
    private let origin: String
    private let clock: any Clock
    private let reactor: Reactor
    private let secret: @Sendable (Secret) throws -> String
    private let executor: ThreadExecutor
    private var due: [String: Moment] = [:]
    private var troubles: [String: String] = [:]
    private var syslog: SyslogSender?
    /// How it writes numbers for people.
    private let figures: FigureStyle
    private var postgres: PostgresSender?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(
        _ plan: SecurityPlan, _ part: Part, deployment: Deployment? = nil, refusals: RefusalDesk? = nil,
        clockWitnesses: [Series] = [], figures: FigureStyle = .argentine,
        journal path: String, origin: String, clock: any Clock, reactor: Reactor,
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.plan = plan
        self.deployment = deployment
        self.refusals = refusals
        self.clockWitnesses = clockWitnesses
        self.figures = figures
        self.part = part
        self.path = path
        self.origin = origin
        self.clock = clock
        self.reactor = reactor
        self.secret = secret
        executor = ThreadExecutor(name: "security")
    }

    deinit { executor.stop() }

    /// Goes on until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            switch part {
            case .quick: await look()
            case .thorough: await lookThoroughly()
            }
            try? await Task.sleep(for: .seconds(1))
        }
        await postgres?.close()
    }

    /// One quick look: every station that is due, and what is always to be done.
    package func look() async {
        await station("refused", every: refusals == nil ? nil : .minutes(1)) { await self.lookAtRefusals() }
        await station("defence", every: plan.defences?.every) { await self.lookAtDefences() }
        await station("bans", every: plan.defences.flatMap { $0.bans.isEmpty ? nil : $0.every }) {
            await self.lookAtBans()
        }
        await station("tls", every: plan.tls?.every) { await self.lookAtTLS() }
        await station("renewal", every: plan.renewal?.every) { await self.lookAtRenewal() }
        await station("audit", every: plan.audit.every) { self.lookAtAudit() }
        if isDue("collect", every: .seconds(10)) { collect() }
        if isDue("ship", every: .seconds(2)) { await ship() }
    }

    /// What takes minutes: searches through files, scanners.
    package func lookThoroughly() async {
        await station("compliance", every: plan.compliance?.every) { await self.lookAtCompliance() }
        await station("scan", every: plan.scans?.every) { await self.lookAtScans() }
        await station("packages", every: plan.scans?.packages == true ? plan.scans?.every : nil) {
            await self.lookAtPackages()
        }
    }

    private func isDue(_ name: String, every: Milliseconds) -> Bool {
        let now = clock.now()
        if let last = due[name], last.age(at: now) < every { return false }
        due[name] = now
        return true
    }

    private func station(_ name: String, every: Milliseconds?, _ look: () async -> SecurityCheck?) async {
        guard let every, isDue(name, every: every), let check = await look() else { return }
        // What was called off in the middle tells nothing of the launch.
        guard !Task.isCancelled else { return }
        tell(check)
    }

    private func tell(_ check: SecurityCheck) {
        do throws(JournalError) {
            try JournalWriter(path: path, origin: origin, role: .action)
                .append([.security(.checked(check))], at: clock.now())
        } catch {
            // Told at the next look: what was found is then looked for again.
            due[check.station] = nil
        }
    }

    // MARK: The stations

    private func lookAtDefences() async -> SecurityCheck? {
        guard let defences = plan.defences, let deployment else { return nil }
        return await DefenceSurvey(defences, of: deployment, on: reactor, clock: clock)?.take()
    }

    private func lookAtBans() async -> SecurityCheck? {
        guard let defences = plan.defences else { return nil }
        return await BanSurvey(defences).take()
    }

    private func lookAtRefusals() async -> SecurityCheck? {
        await refusals?.report().check(every: .minutes(1), figures)
    }

    private func lookAtTLS() async -> SecurityCheck? {
        guard let tls = plan.tls else { return nil }
        let board = try? JournalReader(path: path).currentBoard(span: .minutes(1))
        let objection = board.flatMap { ClockGuard.objection(by: clockWitnesses, on: $0, at: clock.now()) }
        return await TLSSurvey.take(tls, on: reactor, clock: clock, clockIsRight: objection == nil).check(
            every: tls.every)
    }

    private func lookAtRenewal() async -> SecurityCheck? {
        guard let renewal = plan.renewal else { return nil }
        return await RenewalSurvey.take(renewal, now: clock.now().utc).check(every: renewal.every)
    }

    private func lookAtCompliance() async -> SecurityCheck? {
        guard let compliance = plan.compliance else { return nil }
        var evidence = await ComplianceSurvey(reactor: reactor, clock: clock, secret: secret).gather(compliance)
        if let board = try? JournalReader(path: path).currentBoard(span: .minutes(1)) {
            evidence += ComplianceSurvey.facts(of: board.security, audit: plan.audit)
        }
        evidence += ComplianceSurvey.facts(of: plan.audit, at: clock.now().utc)
        return ComplianceReport(evidence, at: clock.now().utc, maximumAge: compliance.maximumAge).check(
            every: compliance.every)
    }

    private func lookAtScans() async -> SecurityCheck? {
        guard let scans = plan.scans else { return nil }
        let survey = ScanSurvey(plan: scans, journal: path, clock: clock, secret: secret)
        let failures = await survey.runDueCommands()
        return survey.take(failures: failures).check(every: scans.every)
    }

    private func lookAtPackages() async -> SecurityCheck? {
        guard let scans = plan.scans else { return nil }
        return await PackageSurvey.take(clock: clock).check(every: scans.every)
    }

    private func lookAtAudit() -> SecurityCheck? {
        let audit = plan.audit
        do {
            if let key = audit.signingKey {
                _ = try Checkpoints(of: path).sign(path, pem: try secret(key), at: clock.now().utc)
            }
            let publicKey = try audit.publicKey.map { path throws in
                String(decoding: try FileBytes.read(path, limit: 64 << 10), as: UTF8.self)
            }
            var check = try AuditVerification.run(path, publicPEM: publicKey).check(every: audit.every)
            check.items += troubles.sorted { $0.key < $1.key }.map { .init($0.key, .warning, $0.value) }
            check.verdict = Verdict.worst(check.items.map(\.verdict))
            if let store = try? AuditStore(path: AuditStore.path(of: path)), !audit.sources.isEmpty {
                _ = try? store.prune(keep: audit.keep, now: clock.now().utc)
            }
            return check
        } catch {
            return SecurityCheck(
                station: "audit", summary: "\(error)", items: [.init("hash chain", .unknown, "\(error)")],
                every: audit.every)
        }
    }

    // MARK: The audit's way

    private func collect() {
        guard !plan.audit.sources.isEmpty else { return }
        do {
            let collector = AuditCollector(into: try AuditStore(path: AuditStore.path(of: path)), clock: clock)
            for source in plan.audit.sources {
                do {
                    let outcome = try collector.collect(source)
                    troubles["collect \(source.name)"] =
                        outcome.unreadable > 0 ? "\(outcome.unreadable) lines could not be read" : nil
                    if outcome.hasMore { due["collect"] = nil }
                } catch {
                    troubles["collect \(source.name)"] = "\(error)"
                }
            }
            troubles["collect"] = nil
        } catch {
            troubles["collect"] = "\(error)"
        }
    }

    private func ship() async {
        if let destination = plan.audit.syslog {
            let sender = syslog ?? SyslogSender(to: destination, on: reactor)
            syslog = sender
            await ship("syslog") { try await sender.send($0.events, deadline: .seconds(5)) }
        }
        if let target = plan.audit.postgres {
            do {
                let sender = try postgres ?? PostgresSender(to: target.settings(secret), on: reactor)
                postgres = sender
                await ship("postgres") { try await sender.send($0, deadline: .seconds(10)) }
            } catch {
                troubles["ship postgres"] = "\(error)"
            }
        }
    }

    private func ship(_ name: String, _ send: @Sendable (Outbox.Batch) async throws -> Void) async {
        let outbox = Outbox(of: path, destination: name)
        do {
            // A few batches a look: the stations must get their turn.
            for _ in 0..<20 {
                guard let batch = try outbox.next() else { break }
                try await send(batch)
                try outbox.acknowledge(batch)
            }
            troubles["ship \(name)"] = nil
        } catch {
            troubles["ship \(name)"] = "not shipped: \(error)"
        }
    }
}

extension PostgresTarget {
    /// libpq's parameters, with the password resolved just before use.
    package func settings(_ secret: (Secret) throws -> String) throws -> PostgresSettings {
        var parameters = [
            "host": host, "port": String(port), "dbname": database, "user": user, "sslmode": sslMode,
        ]
        if let sslRootCertificate { parameters["sslrootcert"] = sslRootCertificate }
        if let password { parameters["password"] = try secret(password) }
        return PostgresSettings(parameters)
    }
}
