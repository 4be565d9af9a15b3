import Glibc

/// A program in a session of its own that nobody ends for us.
package enum Detached {
    /// - Returns: its process id; nil where it could not be started.
    package static func start(
        _ words: [String], environment: [String: String] = ["PATH": Command.defaultPath], input: Int32, output: Int32
    ) -> Int32? {
        var pid: pid_t = 0
        let code = PipelineProgram.spawn(&pid, words, environment, input: input, output: output, errors: output)
        return code == 0 ? pid : nil
    }
}
