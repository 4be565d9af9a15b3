import Glibc

/// Starts a program of a pipeline.
enum PipelineProgram {
    /// - Returns: errno; zero where it runs.
    static func spawn(
        _ pid: inout pid_t, _ words: [String], _ environment: [String: String], input: Int32, output: Int32,
        errors: Int32
    ) -> Int32 {
        guard let name = words.first, !words.contains(where: { $0.utf8.contains(0) }) else { return EINVAL }
        guard let program = ProcessSpawn.path(of: name, in: environment["PATH"] ?? Command.defaultPath) else {
            return ENOENT
        }
        // A folder that every user may be in: some programs look at it, whoever they run as.
        return ProcessSpawn.spawn(
            &pid, program, words, environment, input: input, output: output, errors: errors, folder: "/")
    }
}
