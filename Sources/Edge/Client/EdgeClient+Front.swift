import Launch
package import Wire

/// The questions to the edge's nginx: each on a new connection, since a kept one may lead to a worker of yesterday.
extension EdgeClient {
    package func front(within deadline: Duration) async throws(EdgeError) -> DoorAnswer {
        let operation = "ask the front door"
        let response = try await send(
            HTTPRequest(plan.front + EdgeConfiguration.path, maxBodyBytes: 4096, freshConnection: true), operation,
            within: deadline)
        guard response.status == 200 else {
            throw EdgeError(
                .broken, operation, on: plan.name,
                because: "\(plan.front)\(EdgeConfiguration.path) answers \(response.status)")
        }
        guard let answer = DoorAnswer(parsing: response.text) else {
            throw EdgeError(.broken, operation, on: plan.name, because: "\(plan.front) is not the front of a door")
        }
        return answer
    }

    package func ask(_ question: EdgeQuestion, within deadline: Duration) async throws(EdgeError) -> EdgeAnswer {
        let own = Set(question.headers.map { $0.name.lowercased() })
        var headers = answers.headers.filter { !own.contains($0.key.lowercased()) }.sorted { $0.key < $1.key }
            .map { HTTPRequest.Header($0.key, $0.value) }
        headers += question.headers
        if case .traffic(let key?) = question.target {
            switch sticky {
            case .cookie(let name): headers.append(HTTPRequest.Header("Cookie", "\(name)=\(key)"))
            case .header(let name): headers.append(HTTPRequest.Header(name, key))
            case .address: break
            }
        }
        let request = HTTPRequest(
            plan.front + EdgeConfiguration.path(of: question), method: question.method, headers: headers,
            body: question.body, maxBodyBytes: question.limit, freshConnection: true)
        let response = try await send(request, question.words, within: deadline)
        return EdgeAnswer(
            status: response.status, headers: response.headers, body: response.body,
            isBodyTruncated: response.isBodyTruncated, took: response.phases.total)
    }

    /// A request as a customer's, through the front door, on a connection that is kept: for trials and bursts.
    package func send(
        _ method: String, _ path: String, headers: [HTTPRequest.Header], body: [UInt8]?, within deadline: Duration
    ) async throws(EdgeError) -> HTTPResponse {
        let given = answers.headers.sorted { $0.key < $1.key }.map { HTTPRequest.Header($0.key, $0.value) }
        return try await send(
            HTTPRequest(
                plan.front + path, method: method, headers: given + headers, body: body, maxBodyBytes: 4096),
            "\(method) \(path.prefix { $0 != "?" })", within: deadline)
    }

    private func send(
        _ request: HTTPRequest, _ operation: String, within deadline: Duration
    ) async throws(EdgeError) -> HTTPResponse {
        let end = ContinuousClock.now + deadline
        do throws(WireError) {
            var request = request
            request.unixSocketPath = try await frontSocket(until: end)
            return try await http.send(request, deadline: end - .now)
        } catch {
            await noteFrontFailure(error)
            throw EdgeError(error, operation, on: plan.name)
        }
    }
}

extension EdgeQuestion {
    /// `ask /version of blue`
    fileprivate var words: String {
        switch target {
        case .traffic: "ask \(path)"
        case .colour(let colour): "ask \(path) of \(colour)"
        case .host(let colour, let index): "ask \(path) of \(colour)'s host \(index)"
        }
    }
}
