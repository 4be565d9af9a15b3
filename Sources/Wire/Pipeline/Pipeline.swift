import Glibc

/// Programs in a row, each reading what the one before it writes, with taps between them that see the bytes pass: what a
/// shell's `a | b | c` is, with `pipefail`, a deadline, and nothing of it left running whatever happens.
package final class Pipeline: Sendable {
    /// One program. Its arguments can be seen by every user of the machine: secrets belong into the environment.
    package struct Program: Sendable {
        package var words: [String]
        package var environment: [String: String]

        package init(_ words: [String], environment: [String: String] = [:]) {
            self.words = words
            self.environment = ["PATH": Command.defaultPath, "LANG": "C.UTF-8"].merging(environment) { $1 }
        }

        package var name: String { words.first?.split(separator: "/").last.map(String.init) ?? "" }
    }

    package enum Stage: Sendable {
        case program(Program)
        case tap(any Tap)
    }

    /// Where the bytes come from, before the first stage.
    package enum Source: Sendable {
        /// The first stage is a program that needs none.
        case nothing
        case file(String)
    }

    /// Where they end, behind the last stage.
    package enum Sink: Sendable {
        case nothing
        /// A new file, 0600, which is synced; one that exists is refused.
        case file(String)
    }

    /// What failed, and why.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package enum Kind: Hashable, Sendable {
            case program
            /// A tap refused what it saw.
            case tap
            case read, write
            case timedOut, cancelled
            case notStarted
        }
        package var kind: Kind
        /// The program, the tap or the file.
        package var part: String
        package var reason: String
        /// The error that a tap threw.
        package var cause: (any Error & Sendable)?
        /// Errno of a read or a write.
        package var code: Int32 = 0

        /// Whether it only could not go on because another stage had ended.
        var isEffect: Bool {
            code == EPIPE || reason.contains("Broken pipe") || reason.contains("terminated by user")
        }

        package var description: String { part.isEmpty ? reason : "\(part): \(reason)" }
    }

    private let source: Source
    private let stages: [Stage]
    private let sink: Sink
    private let deadline: Duration

    package init(from source: Source = .nothing, _ stages: [Stage], to sink: Sink = .nothing, deadline: Duration) {
        self.source = source
        self.stages = stages
        self.sink = sink
        self.deadline = deadline
    }

    /// Runs all of it to its end, on threads of its own.
    package func run() async throws(Failure) {
        let run = PipelineRun(source: source, stages: stages, sink: sink, deadline: deadline)
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Failure?, Never>) in
                if !DetachedThread.start({ waiter.resume(returning: run.perform()) }) {
                    waiter.resume(
                        returning: Failure(kind: .notStarted, part: "", reason: "no thread to run it on"))
                }
            }
        } onCancel: {
            run.cancel()
        }
        if let failure { throw failure }
    }
}
