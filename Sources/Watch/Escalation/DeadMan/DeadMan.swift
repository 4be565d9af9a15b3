package import Launch
package import Wire

/// The dead man's switch: tells machines that are not this one that the engine lives, and only while it does its work.
///
/// A canary goes in where readings go in and is read back from the journal; the alert and escalation engines must have come
/// round. Whatever of it hangs, stops or cannot write, no sign goes out, and somebody else's machine calls. systemd, which
/// could only start it again, is told of what hangs alone.
package actor DeadMan {
    /// How often a canary is put in and looked for.
    package static let interval: Milliseconds = .seconds(2)

    private let monitors: [DeadManPlan]
    private let canary: JournalCanary
    private let socket: NotifySocket?
    private let clock: any Clock
    private let ping: @Sendable (DeadManPlan) async -> String?
    private let publish: @Sendable ([Reading], Moment) -> Void
    private let turns: @Sendable () async -> [String: Moment?]
    private let note: @Sendable (String) -> Void

    private var count = 0.0
    /// The value of the first canary of this run: an older one in the journal proves nothing.
    private var first: Double?
    private var isReady = false
    private var pinged: [String: Moment] = [:]
    private var tried: [String: Moment] = [:]
    private var trouble: [String: String] = [:]
    private var pinging: Set<String> = []

    /// - Parameters:
    ///   - publish: where probes publish their readings.
    ///   - turns: when each part of the engine last came round.
    ///   - ping: gives a monitor a sign; why it did not take it, nil where it did.
    package init(
        _ monitors: [DeadManPlan], canary: JournalCanary, socket: NotifySocket?, clock: any Clock,
        publish: @escaping @Sendable ([Reading], Moment) -> Void,
        turns: @escaping @Sendable () async -> [String: Moment?],
        ping: @escaping @Sendable (DeadManPlan) async -> String?, note: @escaping @Sendable (String) -> Void
    ) {
        self.monitors = monitors
        self.canary = canary
        self.socket = socket
        self.clock = clock
        self.publish = publish
        self.turns = turns
        self.ping = ping
        self.note = note
    }

    package func run() async {
        // A slow monitor must not hold up the watchdog: each ping is a task of its own.
        while !Task.isCancelled {
            await turn()
            try? await Task.sleep(for: DeadMan.interval.duration)
        }
        socket?.send("STOPPING=1\nSTATUS=stopping")
    }

    /// One look: what `run` does every two seconds.
    package func turn() async {
        let now = clock.now()
        let back = await canary.look()
        // The numbers go on from those of the engine before.
        if first == nil {
            count = (back?.value ?? 0) + 1
            first = count
        } else {
            count += 1
        }
        publish([Reading(Canary.series.id, .number(count))], now)
        let returned = back.flatMap { back in first.flatMap { back.value >= $0 ? back.at : nil } }
        let health = Canary.Health(returned: returned, turns: await turns())
        let trouble = health.trouble(at: clock.now())
        if isReady || trouble == nil { say(trouble, of: "self") }
        if trouble == nil { for monitor in monitors where isDue(monitor, at: now) { give(monitor, at: now) } }
        tellSystemd(health.stall(at: clock.now()), trouble)
        report(at: now)
    }

    private func tellSystemd(_ stall: String?, _ trouble: String?) {
        guard stall == nil else { return _ = socket?.send("STATUS=\(stall ?? "")") }
        let status = "STATUS=\(trouble ?? "watching")"
        if !isReady { socket?.send("READY=1\n\(status)") }
        isReady = true
        socket?.send("WATCHDOG=1\n\(status)")
    }

    private func isDue(_ monitor: DeadManPlan, at now: Moment) -> Bool {
        guard !pinging.contains(monitor.name) else { return false }
        // One that failed is tried again soon: it may be the network, and the monitor waits for nobody.
        let wait = trouble[monitor.name] == nil ? monitor.every : min(monitor.every, .seconds(10))
        return tried[monitor.name].map { $0.age(at: now) >= wait } ?? true
    }

    private func give(_ monitor: DeadManPlan, at now: Moment) {
        tried[monitor.name] = now
        pinging.insert(monitor.name)
        Task {
            let failure = await ping(monitor)
            taken(monitor, failure)
        }
    }

    private func taken(_ monitor: DeadManPlan, _ failure: String?) {
        pinging.remove(monitor.name)
        if failure == nil { pinged[monitor.name] = clock.now() }
        say(failure, of: monitor.name)
    }

    private func say(_ words: String?, of name: String) {
        let what = name == "self" ? "the dead man's switch" : "the monitor \(name)"
        guard let words else {
            if trouble.removeValue(forKey: name) != nil { note("\(what) is well again") }
            return
        }
        // Ages change with every look: the kind of trouble is news, its seconds are not.
        let kind = words.filter { !$0.isNumber }
        if trouble.updateValue(kind, forKey: name) != kind { note("\(what): no sign of life is given: \(words)") }
    }

    /// How things stand, as series: readiness and the screen ask them.
    private func report(at now: Moment) {
        let readings = monitors.map { monitor in
            let age = pinged[monitor.name].map { Measurement.number($0.age(at: now).seconds) }
            return Reading(
                SeriesID("guardia.dead_man.\(monitor.name)"), age ?? .missed("it has not taken a sign of life yet"))
        }
        if !readings.isEmpty { publish(readings, now) }
    }

    /// Waits until no ping is underway: for tests.
    package func settle() async {
        while !pinging.isEmpty { await Task.yield() }
    }
}

/// Pings monitors over HTTP: any 2xx is a sign that was taken.
package struct MonitorPing: Sendable {
    private let client: HTTPClient
    private let secret: @Sendable (Secret) throws -> String

    package init(client: HTTPClient, secret: @escaping @Sendable (Secret) throws -> String) {
        self.client = client
        self.secret = secret
    }

    package func callAsFunction(_ monitor: DeadManPlan) async -> String? {
        let url: String
        switch monitor.url {
        case .plain(let text): url = text
        case .secret(let reference):
            do { url = try secret(reference) } catch { return "\(error)" }
        }
        let body: [UInt8]? = ["POST", "PUT"].contains(monitor.method) ? [] : nil
        do throws(WireError) {
            let answer = try await client.send(
                HTTPRequest(url, method: monitor.method, body: body, maxBodyBytes: 4096),
                deadline: monitor.deadline.duration)
            // Without the address: its path is the key.
            return (200...299).contains(answer.status) ? nil : "it answered \(answer.status)"
        } catch {
            return error.reason
        }
    }
}
