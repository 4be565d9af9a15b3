import CLibpq

/// What a message of libpq about a connection means. libpq says it only in words, so the kind comes from the SQLSTATE, if
/// the server gave one, and from how far the connection had come.
struct PostgresFailure {
    private let message: String
    private let progress: ConnStatusType

    init(message: String, progress: ConnStatusType) {
        self.message = message
        self.progress = progress
    }

    func error(on target: String) -> WireError {
        let operation = progress == CONNECTION_OK ? "query" : "connect"
        if let (code, text) = serverMessage {
            return WireError(Self.kind(ofCode: code), operation, on: target, because: text)
        }
        // One line a host that was tried, hints indented below.
        let reason = message.split(separator: "\n").first { !$0.hasPrefix("\t") } ?? "the connection was lost"
        return WireError(kind, operation, on: target, because: String(reason))
    }

    static func kind(ofCode code: String) -> WireError.Kind {
        switch code {
        // query_canceled: by the statement_timeout that goes with each query.
        case "57014": .timedOut
        case _ where code.hasPrefix("28"): .denied
        default: .server(code: code)
        }
    }

    private var kind: WireError.Kind {
        if message.contains("expected authentication request") || message.contains("lost synchronization")
            || message.contains("invalid response to SSL negotiation")
        {
            return .malformed
        }
        switch progress {
        // Nothing was tried yet, so what was asked for is wrong.
        case CONNECTION_NEEDED: return message.contains("failed:") ? .unreachable : .invalid
        case CONNECTION_STARTED: return .unreachable
        case CONNECTION_SSL_STARTUP: return .untrusted
        default: return message.contains("password") ? .denied : .closed
        }
    }

    /// `…FATAL:  28P01: password authentication failed for user "x"`, as verbose messages begin.
    private var serverMessage: (code: String, text: String)? {
        for line in message.split(separator: "\n") {
            guard let match = line.firstMatch(of: /(?:FATAL|ERROR|PANIC): +([0-9A-Z]{5}): (.*)/) else { continue }
            return (String(match.1), String(match.2))
        }
        return nil
    }
}
