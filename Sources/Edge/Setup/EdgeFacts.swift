package import Launch

/// What an edge says of itself, each question by itself.
package struct EdgeFacts: Sendable {
    package var helperVersion: Result<String, EdgeError>
    package var status: Result<EdgeStatus, EdgeError>
    package var machine: Result<Machine, EdgeError>
    package var front: Result<DoorAnswer, EdgeError>
    /// The version of each colour, asked through the edge.
    package var colours: [String: Result<String, EdgeError>]

    /// The helper's own look around.
    package struct Machine: Hashable, Sendable {
        package struct Folder: Hashable, Sendable {
            package var path: String
            package var mode: Int
            package var owner: String
        }
        package var user = ""
        /// The door and each folder above it.
        package var folders: [Folder] = []
        /// Tools that the helper needs and the machine does not have.
        package var missing: [String] = []
        /// `yes`, `no`, or `denied`.
        package var rename = ""
        package var freeInodes: Int?
        package var isDoor = true
    }
}

extension EdgeFacts.Machine {
    init(_ answer: HelperAnswer) {
        for line in answer.lines {
            let words = line.dropFirst().map { HelperWord.decode($0) ?? String($0) }
            switch (line.first, words.count) {
            case ("user", 1...): user = words[0]
            case ("folder", 3...):
                guard let mode = Int(words[0], radix: 8) else { continue }
                folders.append(Folder(path: words[2...].joined(separator: " "), mode: mode, owner: words[1]))
            case ("missing", 1...): missing.append(words[0])
            case ("rename", 1...): rename = words[0]
            case ("free", 2...): freeInodes = Int(words[1])
            case ("backend", 1...): isDoor = words[0] == "door"
            default: continue
            }
        }
    }
}

extension EdgeClient {
    /// Asks an edge all that a person must know before traffic depends on it.
    package func facts(within deadline: Duration) async -> EdgeFacts {
        let end = ContinuousClock.now + deadline
        func left() -> Duration { max(end - .now, .milliseconds(1)) }
        async let front = result { () async throws(EdgeError) in try await self.front(within: left()) }
        let version = await result { () async throws(EdgeError) in try await helperVersion(within: left()) }
        let status = await result { () async throws(EdgeError) in try await self.status(within: left()) }
        let machine = await result { () async throws(EdgeError) in
            EdgeFacts.Machine(try await request(["check"], "look around", isHarmless: true, within: left()))
        }
        var versions: [String: Result<String, EdgeError>] = [:]
        for colour in colours {
            versions[colour] = await result { () async throws(EdgeError) in
                let answer = try await ask(EdgeQuestion(.colour(colour), path: answers.versionPath), within: left())
                guard let version = answers.version(in: answer) else {
                    throw EdgeError(
                        .broken, "ask \(answers.versionPath) of \(colour)", on: plan.name,
                        because: "it answers \(answer.status) without a version")
                }
                return version
            }
        }
        return EdgeFacts(
            helperVersion: version, status: status, machine: machine, front: await front, colours: versions)
    }

    private func result<Value: Sendable>(
        _ body: () async throws(EdgeError) -> Value
    ) async -> Result<Value, EdgeError> {
        do throws(EdgeError) { return .success(try await body()) } catch { return .failure(error) }
    }
}
