package import Edge
package import Launch

/// What a colour shows of itself through one edge: whether it lives, and which version it is.
package struct Standby: Hashable, Sendable {
    package var version: String?
    /// Why it does not live; nil where it does.
    package var trouble: String?

    /// Whether its edge was out of reach, so that nothing is known of the colour itself.
    package var isUnreached = false

    package var lives: Bool { trouble == nil }

    /// Asks the path that needs no dependency: a database that is down on both colours refuses no rollback.
    package static func ask(
        _ colour: String, _ answers: AnswersPlan, on door: any EdgeDoor, within deadline: Duration
    ) async -> Standby {
        do throws(EdgeError) {
            let answer = try await door.ask(EdgeQuestion(.colour(colour), path: answers.versionPath), within: deadline)
            let version = answers.version(in: answer)
            if answer.status >= 500 { return Standby(version: version, trouble: "it answers \(answer.status)") }
            return Standby(
                version: version, trouble: version == nil ? "it answers \(answer.status) without a version" : nil)
        } catch {
            return Standby(trouble: error.reason, isUnreached: true)
        }
    }
}
