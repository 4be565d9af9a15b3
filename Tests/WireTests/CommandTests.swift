import Testing
import Wire

@Suite struct CommandTests {
    private func shell(_ script: String, deadline: Duration = .seconds(30), limit: Int = 1 << 16) async throws
        -> CommandResult
    {
        try await Command.run(["sh", "-c", script], deadline: deadline, outputLimit: limit)
    }

    @Test func itsOutputAndStatusAreKept() async throws {
        let result = try await shell("printf 'año ☕'; echo bad >&2; exit 2")
        #expect(result.ending == .exited(status: 2))
        #expect(!result.isSuccess)
        #expect(result.standardOutput.text == "año ☕")
        #expect(result.standardError.text == "bad\n")
        #expect(try await Command.run(["/bin/true"], deadline: .seconds(30)).isSuccess)
    }

    @Test func itReadsItsInputToTheEndAndNeedNot() async throws {
        let input = [UInt8](repeating: 0x61, count: 60_000)
        let counted = try await Command.run(["wc", "-c"], input: input, deadline: .seconds(30))
        #expect(counted.standardOutput.text == "60000\n")
        #expect(try await Command.run(["true"], input: input, deadline: .seconds(30)).isSuccess)
        #expect(try await Command.run(["cat"], input: [], deadline: .seconds(30)).standardOutput.bytes.isEmpty)
        let error = await wireError {
            try await Command.run(["cat"], input: [UInt8](repeating: 0, count: 70_000), deadline: .seconds(30))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test func aSignalIsTold() async throws {
        #expect(try await shell("kill -9 $$").ending == .signalled(9))
    }

    @Test func outputBeyondTheLimitIsThrownAway() async throws {
        let result = try await shell("head -c 3000000 /dev/zero; echo short >&2", limit: 1000)
        #expect(result.isSuccess)
        #expect(result.standardOutput.bytes.count == 1000)
        #expect(result.standardOutput.isTruncated)
        #expect(result.standardError.text == "short\n")
        #expect(!result.standardError.isTruncated)
    }

    @Test func nothingIsInherited() async throws {
        let environment = try await Command.run(
            ["env"], environment: ["PATH": Command.defaultPath, "A": "b=c"], deadline: .seconds(30))
        #expect(
            Set(environment.standardOutput.text.split(separator: "\n")) == ["PATH=\(Command.defaultPath)", "A=b=c"])
        // Descriptors 0, 1, 2 and that of the folder.
        #expect(
            try await Command.run(["ls", "/proc/self/fd"], deadline: .seconds(30)).standardOutput.text == "0\n1\n2\n3\n"
        )
        let signals = try await shell("cat; exec grep -E '^Sig(Blk|Ign)' /proc/self/status").standardOutput.text
        // The C library keeps two signals beyond the standard ones to itself.
        let masks = signals.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0, radix: 16) }
        #expect(masks.count == 2 && masks.allSatisfy { $0 & 0x7fff_ffff == 0 }, "\(signals)")
        #expect(try await shell("test $(ps -o sid= -p $$) -eq $$").isSuccess)
    }

    @Test func argumentsAreNotParsedByAShell() async throws {
        let result = try await Command.run(["printf", "%s", "$HOME; `id` '\""], deadline: .seconds(30))
        #expect(result.standardOutput.text == "$HOME; `id` '\"")
    }

    @Test(arguments: [["/no/such/program"], ["no-such-program"], ["/etc/passwd"], [], ["a\u{0}b"]])
    func whatCannotBeRunIsInvalid(_ arguments: [String]) async {
        let error = await wireError { try await Command.run(arguments, deadline: .seconds(30)) }
        #expect(error?.kind == .invalid)
    }

    @Test func theDeadlineEndsItAndItsChildren() async throws {
        let reactor = try Reactor()
        let marker = "sleep 600.\(UInt32.random(in: 0...UInt32.max))"
        let error = await reactor.expectFailure { _ in
            _ = try await Command.run(
                ["sh", "-c", "\(marker) & trap '' TERM; wait; \(marker)"], deadline: .milliseconds(300))
        }
        #expect(error?.kind == .timedOut)
        #expect(await eventually { await isGone(marker) })
    }

    @Test func cancellationEndsItAtOnce() async throws {
        let marker = "sleep 601.\(UInt32.random(in: 0...UInt32.max))"
        let task = Task { try await Command.run(["sh", "-c", marker], deadline: .seconds(3600)) }
        #expect(await eventually { await !isGone(marker) })
        task.cancel()
        #expect(await wireError { try await task.value }?.kind == .cancelled)
        #expect(await eventually { await isGone(marker) })
    }

    @Test func aTaskCancelledBeforeRunsNothingForLong() async {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Command.run(["sleep", "600"], deadline: .seconds(3600))
        }
        #expect(await wireError { try await task.value }?.kind == .cancelled)
    }

    @Test func aProcessLeftInTheBackgroundIsNotWaitedFor() async throws {
        let start = ContinuousClock.now
        let result = try await shell("echo before; setsid sleep 30 & echo $!", deadline: .seconds(20))
        #expect(.now - start < .seconds(20))
        #expect(result.isSuccess)
        let lines = result.standardOutput.text.split(separator: "\n")
        #expect(lines.first == "before")
        _ = try await Command.run(["kill", String(lines.last ?? "")], deadline: .seconds(30))
    }

    /// Whether no process has such a command line.
    private func isGone(_ command: String) async -> Bool {
        let list = try? await Command.run(["ps", "-eo", "args"], deadline: .seconds(30), outputLimit: 1 << 22)
        return list.map { !$0.standardOutput.text.split(separator: "\n").contains { $0 == command } } ?? false
    }
}
