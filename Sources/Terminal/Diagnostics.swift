import Glibc

/// Standard error, turned to a file while the screen is ours: a line of a library's in the middle of it would stay there.
struct Diagnostics {
    private let saved: Int32

    init(path: String) throws(TerminalError) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .diagnostics(path: path, errno: errno) }
        saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        dup2(file, STDERR_FILENO)
        close(file)
    }

    func restore() {
        guard saved >= 0 else { return }
        dup2(saved, STDERR_FILENO)
        close(saved)
    }
}
