/// Why a server of a rehearsal is not there, and what to do about it.
package enum ServerError: Error, Equatable {
    /// A program that Debian installs elsewhere, or that is not installed.
    case missingProgram(name: String, package: String, lookedIn: [String])
    /// The server ended, or was still not answering at its deadline; `log` holds its last lines.
    case didNotStart(server: String, reason: String, logFile: String, log: [String])
    /// No port of this machine's non-ephemeral range could be bound.
    case noFreePort
    /// A system call failed on a path.
    case system(call: String, path: String, errno: Int32)
    /// The server has no process: it was never started, or it was stopped or killed.
    case notRunning(server: String)
}

extension ServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingProgram(let name, let package, let lookedIn):
            "\(name) is not installed (looked in \(lookedIn.joined(separator: ", "))): apt-get install \(package)"
        case .didNotStart(let server, let reason, let logFile, let log):
            (["\(server) did not start: \(reason). The end of \(logFile):"] + log.map { "    " + $0 })
                .joined(separator: "\n")
        case .noFreePort:
            "no free port on 127.0.0.1 between \(LoopbackPort.range.lowerBound) and \(LoopbackPort.range.upperBound): "
                + "see what holds them with ss -ltnp"
        case .system(let call, let path, let number):
            "\(call) \(path): \(errorText(number))"
        case .notRunning(let server):
            "\(server) is not running: start it first"
        }
    }
}
