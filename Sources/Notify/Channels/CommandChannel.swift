package import Launch
import Wire

/// A program of one's own: it gets the notification as JSON on its standard input, and nothing secret on its command line,
/// which every user of the machine can read.
///
/// How it ends says what came of it (sysexits.h): 0: taken, and the first line that it wrote is the reference; 64, 65, 67,
/// 68, 77, 78: never as it is; anything else: it is tried again.
package struct CommandChannel: Channel {
    package let limit: RateLimit
    private let plan: CommandChannelPlan
    private let credentials: Credentials

    package init(_ plan: CommandChannelPlan, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.limit = limit
        credentials = Credentials(context.secret)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        var environment = ["PATH": Command.defaultPath]
        do throws(Provider.NoAnswer) {
            for (name, reference) in plan.secrets { environment[name] = try await credentials.value(of: reference) }
        } catch {
            return error.answer
        }
        let redaction = Redaction(secrets: plan.secrets.keys.compactMap { environment[$0] })
        let program = plan.run.first?.split(separator: "/").last.map(String.init) ?? "the command"
        let result: CommandResult
        do throws(WireError) {
            result = try await Command.run(
                plan.run, environment: environment, input: CommandInput(notification).bytes,
                deadline: plan.deadline.duration, outputLimit: 16 << 10)
        } catch {
            let reason = "\(program): \(redaction(error.reason))"
            switch error.kind {
            case .timedOut, .cancelled: return .ambiguous(reason)
            case .invalid, .tooLarge: return .refused(reason)
            default: return .unreachable(reason)
            }
        }
        let line = [result.standardError, result.standardOutput]
            .compactMap { $0.text.split(whereSeparator: \.isNewline).last.map(String.init) }.first ?? ""
        let detail = redaction(line, address: notification.address)
        switch result.ending {
        case .exited(0):
            let reference = result.standardOutput.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return .taken(reference: redaction(reference, address: notification.address).limited(to: 100))
        case .exited(let status):
            let said = "\(program) ended with \(status)" + (detail.isEmpty ? "" : ": \(detail)")
            return [64, 65, 67, 68, 77, 78].contains(status) ? .refused(said) : .later(said)
        case .signalled(let signal):
            return .ambiguous("\(program) was ended by signal \(signal)" + (detail.isEmpty ? "" : ": \(detail)"))
        }
    }
}

/// What a command reads.
struct CommandInput: Encodable, Hashable {
    struct Alert: Encodable, Hashable {
        var fingerprint: String
        var rule: String
        var labels: [String: String]
        var severity: String
        var summary: String
        var since: String
        var value: Double?
        var runbook: String?
    }

    /// A pipe holds 64 KiB.
    private static let most = 50

    var page: String
    var purpose: String
    var contact: String?
    var address: String
    var severity: String
    var launch: String
    var summary: String
    var group: String
    var since: String
    var expires: String
    var code: String?
    var link: String?
    var runbook: String?
    var step: String?
    var text: String?
    var alerts: [Alert]
    /// How many there are.
    var alert_count: Int

    init(_ notification: Notification) {
        page = notification.page.text
        purpose = notification.purpose.rawValue
        contact = notification.contact
        address = notification.address
        severity = notification.severity.rawValue
        launch = notification.launch
        summary = notification.summary.limited(toBytes: 4000)
        group = notification.group
        since = Wording.rfc3339(notification.since)
        expires = Wording.rfc3339(notification.expires)
        code = notification.code
        link = notification.link
        runbook = notification.runbook
        step = notification.step
        text = notification.text?.limited(toBytes: 16_000)
        alert_count = notification.alerts.count
        alerts = notification.alerts.prefix(CommandInput.most).map { facts in
            Alert(
                fingerprint: facts.fingerprint.text, rule: facts.rule, labels: facts.labels.values,
                severity: facts.severity.rawValue, summary: facts.summary.limited(toBytes: 400),
                since: Wording.rfc3339(facts.since.utc), value: facts.value.flatMap { $0.isFinite ? $0 : nil },
                runbook: facts.runbook)
        }
    }

    var bytes: [UInt8] {
        var input = self
        var bytes = JSON.encode(input)
        // Labels have no limit of their own.
        while bytes.count > 60 << 10, !input.alerts.isEmpty {
            input.alerts.removeLast()
            bytes = JSON.encode(input)
        }
        return bytes + [0x0A]
    }
}
