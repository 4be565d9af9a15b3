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
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, guardia_spawn_setsid | Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        return CStrings.withMutable(words) { words in
            CStrings.withMutable(environment.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawn(&pid, program, &actions, &attributes, words, environment)
            }
        }
    }

    /// Where a program is, by the folders of `path`; nil: nowhere.
    static func path(of program: String, in path: String) -> String? {
        guard !program.contains("/") else { return program }
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
