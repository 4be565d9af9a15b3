import CLinux
import Glibc

/// How a program is started: in a session of its own, default signals, no descriptor but its three.
enum ProcessSpawn {
    /// - Parameters:
    ///   - input: nil: it reads nothing.
    ///   - folder: where it runs; nil: where we do.
    /// - Returns: errno; zero where it runs.
    static func spawn(
        _ pid: inout pid_t, _ program: String, _ words: [String], _ environment: [String: String], input: Int32?,
        output: Int32, errors: Int32, folder: String? = nil
    ) -> Int32 {
        CStrings.withMutable(words) { words in
            CStrings.withMutable(environment.map { "\($0.key)=\($0.value)" }) { environment in
                guardia_spawn(&pid, program, words, environment, input ?? -1, output, errors, folder)
            }
        }
    }

    /// Where a program is, by the folders of `path`; nil: nowhere.
    static func path(of program: String, in path: String) -> String? {
        guard !program.contains("/") else { return program }
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
