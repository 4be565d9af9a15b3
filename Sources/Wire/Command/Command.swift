/// Runs programs of this machine.
package enum Command {
    package static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Runs a program to its end, in a session of its own: no shell, default signals, no descriptor of ours.
    ///
    /// At the deadline, and when the caller's task is cancelled, its process group gets SIGTERM, and a second later SIGKILL;
    /// the caller does not wait for that. A process that it leaves in the background is let alone, and not waited for
    /// either, even where it holds the output open. Arguments can be seen by every user of the machine: secrets belong into
    /// the environment or the input.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked up in the environment's PATH if it has no slash, and its arguments.
    ///   - environment: all of it.
    ///   - input: what it reads on standard input, at most 64 KiB; nil: nothing is there. For secrets, too.
    ///   - outputLimit: how many bytes of each stream are kept; the rest is read and thrown away.
    ///   - folder: where it runs; nil: where we do.
    ///   - watch: hears each piece of either stream as it is read, within `outputLimit`, on a thread of its own.
    /// - Throws: `WireError`. A program that fails has run: that is a result.
    package static func run(
        _ arguments: [String], environment: [String: String] = ["PATH": defaultPath], input: [UInt8]? = nil,
        deadline: Duration, outputLimit: Int = 64 << 10, folder: String? = nil,
        watch: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws(WireError) -> CommandResult {
        let run = try CommandRun(
            arguments, environment, input: input, until: .now + deadline, outputLimit: outputLimit, folder: folder,
            watch: watch)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { run.start(answering: $0) }
        } onCancel: {
            run.cancel()
        }
        return try outcome.get()
    }
}
