import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

/// What a prober's test needs: a reactor, a clock, and secrets that are what they are called.
struct ProbeLab {
    let reactor: Reactor
    let context: ProbeContext

    init(clock: any Clock = ManualClock()) throws {
        let reactor = try Reactor()
        self.reactor = reactor
        context = ProbeContext(reactor: reactor, clock: clock) { secret in
            switch secret {
            case .environment(let name): name
            case .file(let path): throw ProbeFailure("file:\(path) cannot be read")
            }
        }
    }

    /// Looks at a target that does not answer: the look must end by its deadline.
    ///
    /// - Returns: what the look threw; nil where it returned.
    @discardableResult
    func expectEnd(
        of prober: any Prober, by deadline: Duration = .milliseconds(300),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> String? {
        var durations: [Duration] = []
        var failure: String?
        // How exactly deadlines are kept is for the tests of Wire; here a loaded machine may be late, but not each time.
        for _ in 0..<5 {
            let start = ContinuousClock.now
            do {
                _ = try await prober.look(deadline: deadline)
                failure = nil
            } catch {
                failure = "\(error)"
            }
            durations.append(.now - start)
            if let last = durations.last, last <= deadline + .milliseconds(500) { return failure }
        }
        Issue.record("looks took \(durations), more than \(deadline) and 500 ms", sourceLocation: sourceLocation)
        return failure
    }
}

extension Prober {
    /// A look without haste, by measure.
    func measurements(deadline: Duration = .seconds(10)) async throws -> [String: Measurement] {
        let findings = try await look(deadline: deadline)
        #expect(Set(findings.map(\.measure)).count == findings.count, "a measure was found twice")
        return Dictionary(findings.map { ($0.measure, $0.measurement) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Measurement? {
    var number: Double? { if case .number(let number)? = self { number } else { nil } }
    var reason: String? { if case .missed(let reason)? = self { reason } else { nil } }
}

/// A folder for servers that is gone afterwards.
func withPrivateFolder(_ body: (PrivateFolder) async throws -> Void) async throws {
    let folder = try await PrivateFolder()
    do {
        try await body(folder)
    } catch {
        await folder.close()
        throw error
    }
    await folder.close()
}

/// An nginx whose one server has these locations.
func withNginx(_ locations: String, _ body: (NginxServer) async throws -> Void) async throws {
    try await withPrivateFolder { folder async throws in
        let server = try await NginxServer.start(in: folder) { port, _ in
            "server { listen 127.0.0.1:\(port); \(locations) }"
        }
        try await body(server)
    }
}
