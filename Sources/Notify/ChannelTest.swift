package import Launch

/// Tries a channel: one notification that is marked as a test, and what became of it.
package struct ChannelTest: Sendable {
    package let page: PageID
    package let notification: Notification

    /// - Parameters:
    ///   - who: who asks for it.
    ///   - code: what proves that it came, where somebody is to say so.
    package init(
        of channel: String, page: PageID, to address: String, contact: String? = nil, launch: String, by who: String,
        text: String? = nil, code: String? = nil, at now: Timestamp
    ) {
        self.page = page
        var summary = text ?? "a test of the channel '\(channel)' by \(who). Nothing is wrong"
        if let code { summary += ". Your code is \(code)" }
        notification = Notification(
            page: page, purpose: .test, contact: contact, address: address, severity: .info, launch: launch,
            summary: summary, group: "guardia-test-\(page)", since: now, code: code, expires: now + .minutes(10))
    }

    /// An id of its own for each test.
    package static func page(of channel: String, at now: Timestamp, random: UInt32) -> PageID {
        PageID("test-\(channel)-\(now.milliseconds)-\(String(random, radix: 16))")
    }

    /// What became of it, in the words of the journal, and in those of the channel.
    package struct Result: Hashable, Sendable {
        package var answer: ChannelAnswer
        /// Nil where the provider does not say.
        package var delivery: Delivery?

        package var isGood: Bool {
            guard case .taken = answer else { return false }
            if case .failed = delivery { return false }
            return true
        }

        package var outcomes: [PageOutcome] {
            switch answer {
            case .taken(let reference):
                switch delivery {
                case .delivered: [.sent(reference: reference), .delivered]
                case .failed(let reason): [.sent(reference: reference), .failed(reason: reason)]
                case .underway, .unknown, nil: [.sent(reference: reference)]
                }
            case .refused(let reason), .later(let reason, _), .unreachable(let reason), .ambiguous(let reason):
                // A test is not tried again: it is there to tell.
                [.failed(reason: reason)]
            }
        }
    }

    /// Sends it once, and asks what became of it until that is known.
    ///
    /// - Parameter patience: how long to ask.
    package func run(by channel: any Channel, patience: Duration) async -> Result {
        let answer = await channel.send(notification)
        guard case .taken(let reference) = answer, channel.tellsProgress, !reference.isEmpty else {
            return Result(answer: answer, delivery: nil)
        }
        let end = ContinuousClock.now + patience
        var pause: Duration = .milliseconds(500)
        var delivery = Delivery.underway
        while ContinuousClock.now < end {
            delivery = await channel.progress(of: reference)
            switch delivery {
            case .delivered, .failed: return Result(answer: answer, delivery: delivery)
            case .underway, .unknown: break
            }
            guard (try? await Task.sleep(for: min(pause, ContinuousClock.now.duration(to: end)))) != nil else { break }
            pause = min(pause * 2, .seconds(5))
        }
        return Result(answer: answer, delivery: delivery)
    }
}
