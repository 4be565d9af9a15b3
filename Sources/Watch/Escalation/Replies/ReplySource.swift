import FoundationEssentials
package import Launch
package import Wire

/// A place outside where people answer pages. Nothing can call in to a bastion, so it is asked.
package protocol ReplySource: Sendable {
    /// What the log calls it.
    var name: String { get }
    /// The channels whose addresses its senders have; empty: it names contacts itself.
    var channels: Set<String> { get }

    /// What was answered to chains that run; heard twice, it does nothing.
    ///
    /// - Throws: ``ProbeFailure`` or `WireError`, in words for the log, without a secret.
    func replies(to chains: [EscalationChain]) async throws -> [Reply]
}

/// What all sources need.
package struct ReplyContext: Sendable {
    package var client: HTTPClient
    package var secret: @Sendable (Secret) throws -> String
    package var deadline: Duration

    package init(
        client: HTTPClient, deadline: Duration = .seconds(5), secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.client = client
        self.deadline = deadline
        self.secret = secret
    }

    /// Asks an API that answers in JSON.
    func get<Answer: Decodable>(
        _ url: String, _ headers: [HTTPRequest.Header], as type: Answer.Type
    ) async throws -> Answer {
        let request = HTTPRequest(url, headers: headers, maxBodyBytes: 4 << 20)
        let response = try await client.send(request, deadline: deadline)
        guard response.status == 200 else { throw ProbeFailure("status \(response.status) (\(request.target))") }
        guard !response.isBodyTruncated, let answer = try? JSONDecoder().decode(type, from: Data(response.body)) else {
            throw ProbeFailure("an answer that is not its API's (\(request.target))")
        }
        return answer
    }
}

extension EscalationChain {
    /// What a channel's provider calls the pages of this chain that it took.
    func references(onChannels names: Set<String>) -> [String] {
        pages.compactMap { page, fate in
            guard case .taken(let reference) = fate,
                let channel = page.text.split(separator: ".").last.map(String.init),
                names.contains(channel)
            else { return nil }
            return reference
        }.sorted()
    }
}
