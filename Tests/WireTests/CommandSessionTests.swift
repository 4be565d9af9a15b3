import Glibc
import Testing
import Wire

@Suite struct CommandSessionTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    /// Starts a script on the reactor.
    private func start(_ script: String, limit: Int = 1 << 16) async throws -> CommandSession {
        try await Pinned(reactor).run { pinned in
            try await CommandSession.start(
                ["sh", "-c", script], outputLimit: limit, on: pinned.reactor, deadline: .seconds(30))
        }
    }

    private func ask(
        _ session: CommandSession, _ line: String, deadline: Duration = .seconds(30)
    ) async throws(WireError) -> [String] {
        try await session.ask(line, operation: "ask", deadline: deadline) { $0 == "." }
    }

    private static let echo = "while read -r line; do printf '%s\\n.\\n' \"$line\"; done"

    @Test func requestsAreAnsweredInTheOrderOfAsking() async throws {
        let session = try await start(Self.echo)
        #expect(try await ask(session, "one") == ["one", "."])
        let answers = await withTaskGroup(of: [String]?.self) { group in
            for number in 0..<50 { group.addTask { try? await self.ask(session, "number \(number)") } }
            return await group.reduce(into: Set<String>()) { $0.insert($1?.first ?? "") }
        }
        #expect(answers == Set((0..<50).map { "number \($0)" }))
        #expect(await session.isUsable)
        await session.close()
        #expect(await !session.isUsable)
    }

    @Test func aProgramThatHangsIsAnErrorByTheDeadlineAndIsKilled() async throws {
        let session = try await start("read -r line; echo $$; echo .; read -r line; sleep 600 & wait; echo .")
        let pid = try await Int32(ask(session, "who").first ?? "") ?? 0
        let error = await reactor.expectFailure { _ in
            _ = try await session.ask("x", operation: "ask", deadline: .milliseconds(300)) { $0 == "." }
        }
        #expect(error?.kind == .timedOut || error?.kind == .closed)
        #expect(await wireError { try await ask(session, "y") }?.kind == .closed)
        #expect(pid > 0)
        #expect(await eventually { kill(-pid, 0) != 0 && errno == ESRCH }, "its group lives on")
    }

    @Test func anEndIsToldWithTheProgramsLastWords() async throws {
        let session = try await start("read -r line; echo 'no such door' >&2; exit 3")
        let error = await wireError { try await ask(session, "x") }
        #expect(error?.kind == .closed)
        #expect(error?.reason == "it ended: no such door")
        #expect(await !session.isUsable)
    }

    @Test func anEndlessAnswerIsCutOff() async throws {
        let session = try await start("yes", limit: 10_000)
        #expect(await wireError { try await ask(session, "x") }?.kind == .tooLarge)
    }

    @Test func aProgramThatSpeaksUnaskedIsNotUsable() async throws {
        let session = try await start("echo hello; cat")
        #expect(await eventually { await !session.isUsable })
        await session.close()
    }

    @Test func aRequestOfTwoLinesIsNotSent() async throws {
        let session = try await start(Self.echo)
        #expect(await wireError { try await ask(session, "a\nb") }?.kind == .invalid)
        #expect(try await ask(session, "c") == ["c", "."])
        await session.close()
    }

    @Test func whatCannotBeStartedIsInvalid() async throws {
        for arguments in [["/no/such/program"], [], ["a\u{0}b"]] {
            let reactor = reactor
            let error = await wireError {
                try await Pinned(reactor).run { pinned in
                    try await CommandSession.start(arguments, on: pinned.reactor, deadline: .seconds(30))
                }
            }
            #expect(error?.kind == .invalid)
        }
    }

    @Test func nothingIsLeftBehind() async throws {
        let before = openDescriptors()
        for number in 0..<20 {
            let session = try await start(Self.echo)
            #expect(try await ask(session, "\(number)").count == 2)
            await session.close()
        }
        #expect(await eventually { openDescriptors() <= before })
    }
}
