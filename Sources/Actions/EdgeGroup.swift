package import Edge
import Launch

/// Several edges treated as one: side by side, each with its own result.
package struct EdgeGroup: Sendable {
    package let doors: [any EdgeDoor]

    package init(_ doors: [any EdgeDoor]) { self.doors = doors }

    package var names: [String] { doors.map(\.plan.name) }

    package subscript(name: String) -> (any EdgeDoor)? { doors.first { $0.plan.name == name } }

    /// What each edge answered, in the order of the config.
    package struct Answers<Value: Sendable>: Sendable {
        package var all: [(edge: String, result: Result<Value, EdgeError>)]

        package var values: [String: Value] {
            Dictionary(
                all.compactMap { answer in (try? answer.result.get()).map { (answer.edge, $0) } },
                uniquingKeysWith: { first, _ in first })
        }

        package var errors: [(edge: String, error: EdgeError)] {
            all.compactMap { answer in
                if case .failure(let error) = answer.result { (answer.edge, error) } else { nil }
            }
        }

        package var isWhole: Bool { errors.isEmpty }

        /// `edge-2: out of reach …; edge-3: …`
        package var trouble: String { errors.map { "\($0.edge): \($0.error.reason)" }.joined(separator: "; ") }
    }

    /// Does the same on every edge at once.
    package func each<Value: Sendable>(
        _ body: @escaping @Sendable (any EdgeDoor) async throws(EdgeError) -> Value
    ) async -> Answers<Value> {
        await withTaskGroup(of: (Int, Result<Value, EdgeError>).self) { group in
            for (index, door) in doors.enumerated() {
                group.addTask {
                    do throws(EdgeError) { return (index, .success(try await body(door))) } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var results = [Result<Value, EdgeError>?](repeating: nil, count: doors.count)
            for await (index, result) in group { results[index] = result }
            return Answers(
                all: zip(doors, results).compactMap { door, result in result.map { (door.plan.name, $0) } })
        }
    }

    /// The edges of these names.
    package func only(_ names: some Collection<String>) -> EdgeGroup {
        EdgeGroup(doors.filter { names.contains($0.plan.name) })
    }

    // MARK: Locks

    /// Takes the lock of every edge: of the first alone, then of the others side by side. Whoever contends for the same edges
    /// loses at the first, so nobody ends up with half of them each.
    ///
    /// - Parameter isLeftOut: whether an edge that failed so is no rival's, and the others are locked without it.
    /// - Returns: what each edge answered; on any other failure what was taken is given back.
    package func lock(
        within deadline: Duration, leavingOut isLeftOut: (EdgeError) -> Bool = { _ in false },
        _ claim: @escaping @Sendable (any EdgeDoor) -> LockClaim
    ) async throws(EdgeError) -> Answers<Int64> {
        var answers = Answers<Int64>(all: [])
        var rest = doors[...]
        while answers.values.isEmpty, let first = rest.popFirst() {
            do throws(EdgeError) {
                answers.all.append(
                    (first.plan.name, .success(try await first.take(claim(first), within: deadline))))
            } catch {
                guard isLeftOut(error) else { throw error }
                answers.all.append((first.plan.name, .failure(error)))
            }
        }
        answers.all += await EdgeGroup(Array(rest)).each { door throws(EdgeError) in
            try await door.take(claim(door), within: deadline)
        }.all
        if let failure = answers.errors.first(where: { !isLeftOut($0.error) }) {
            await unlock(answers.values, within: deadline)
            throw failure.error
        }
        return answers
    }

    /// Gives locks back, as far as the edges can be reached; what is not given back lapses.
    package func unlock(_ fences: [String: Int64], within deadline: Duration) async {
        _ = await only(fences.keys).each { door throws(EdgeError) in
            if let fence = fences[door.plan.name] { try await door.release(fence: fence, within: deadline) }
        }
    }
}
