import CCurl
import CLibpq
import CLinux
import Glibc

/// A client library that is opened when it is first needed, and not with the program: its own dependencies take some milliseconds,
/// and a megabyte that a screen has no use for.
package enum ClientLibrary: String, Sendable {
    case curl = "libcurl", libpq

    /// Opens it, where it is not open yet. Any thread may.
    package func open() throws(WireError) {
        let failure =
            switch self {
            case .curl: guardia_curl_open()
            case .libpq: guardia_pg_open()
            }
        guard let failure else { return }
        throw WireError(
            .outOfResources, "open", on: rawValue,
            because: "\(String(cString: failure)): is Debian's \(package) installed?")
    }

    private var package: String {
        switch self {
        case .curl: "libcurl4"
        case .libpq: "libpq5"
        }
    }

    /// Opens libcurl beside what the caller does meanwhile, for one who is about to need a ``Reactor``. A failure is told by whoever
    /// needs it first.
    package static func prepareReactor() {
        _ = guardia_start_thread_aside(
            { _ in
                _ = guardia_curl_open()
                return nil
            }, nil)
    }
}
