import CCurl
import Glibc

/// What a process that speaks to the network needs once.
enum ProcessSetup {
    /// Opens libcurl, and sets the process up where it is not yet.
    static func ensure() throws(WireError) {
        try ClientLibrary.curl.open()
        once
    }

    private static let once: Void = {
        // A server that goes away must be an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        // A thousand kept connections do not fit the customary soft limit of 1,024 descriptors.
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 65_536))
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
    }()
}
