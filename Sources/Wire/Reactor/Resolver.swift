import CLinux
import Glibc
import Synchronization

/// Turns names into addresses off the reactor: getaddrinfo knows no deadline, so each lookup has a thread of its own,
/// and those who ask for a name that is being looked up share that thread.
enum Resolver {
    /// The addresses of `host`, as literals, in the order in which to try them. A literal is its own answer.
    static func addresses(
        of host: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async -> Result<[String], Failure> {
        if isAddress(host) { return .success([host]) }
        let lookup: Lookup
        switch Lookup.join(host) {
        case .success(let joined): lookup = joined
        case .failure(let failure): return .failure(failure)
        }
        let wake = await reactor.park(until: deadline) { core, ticket in
            lookup.notify(core.inbox, ticket)
        }
        switch wake {
        case .cancelled: return .failure(.cancelled)
        case .timedOut: return .failure(.timedOut)
        case .ready, .finished: return lookup.answer ?? .failure(.timedOut)
        }
    }

    enum Failure: Error {
        case timedOut
        case cancelled
        case unresolved(String)
        case outOfThreads(String)
    }

    /// Whether it is an IPv4 or IPv6 literal, with or without a zone.
    static func isAddress(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
            || (host.contains(":") && host.contains("%"))
    }
}

/// One name being looked up, and who waits for it.
private final class Lookup: Sendable {
    private struct State {
        var waiting: [(Inbox, Ticket)] = []
        var answer: Result<[String], Resolver.Failure>?
    }

    private static let running = Mutex<[String: Lookup]>([:])

    private let host: String
    private let state = Mutex(State())

    private init(_ host: String) { self.host = host }

    var answer: Result<[String], Resolver.Failure>? { state.withLock { $0.answer } }

    /// The lookup that runs for the name, else a new one.
    static func join(_ host: String) -> Result<Lookup, Resolver.Failure> {
        running.withLock { running in
            if let lookup = running[host] { return .success(lookup) }
            let lookup = Lookup(host)
            let argument = Unmanaged.passRetained(lookup)
            let code = guardia_start_thread(main, argument.toOpaque())
            guard code == 0 else {
                argument.release()
                return .failure(.outOfThreads(String(cString: strerror(code))))
            }
            running[host] = lookup
            return .success(lookup)
        }
    }

    func notify(_ inbox: Inbox, _ ticket: Ticket) {
        let isDone = state.withLock {
            if $0.answer == nil { $0.waiting.append((inbox, ticket)) }
            return $0.answer != nil
        }
        if isDone { inbox.end(ticket, with: .ready) }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let lookup = Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue()
        let answer = lookup.getAddresses()
        running.withLock { $0[lookup.host] = nil }
        let waiting = lookup.state.withLock {
            $0.answer = answer
            return $0.waiting
        }
        for (inbox, ticket) in waiting { inbox.end(ticket, with: .ready) }
        return nil
    }

    private func getAddresses() -> Result<[String], Resolver.Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason =
                code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code).map(UnsafeMutablePointer.init(mutating:))
            return .failure(.unresolved(reason.map { String(cString: $0) } ?? "error \(code)"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry else { break }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            if getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0
            {
                let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
        }
        return addresses.isEmpty ? .failure(.unresolved("the name has no address")) : .success(addresses)
    }
}

extension WireError {
    init(resolving host: String, _ failure: Resolver.Failure, on target: String) {
        switch failure {
        case .timedOut: self.init(.timedOut, "look up \(host)", on: target, because: "no answer within the deadline")
        case .cancelled: self.init(.cancelled, "look up \(host)", on: target, because: "cancelled")
        case .unresolved(let reason): self.init(.unresolved, "look up \(host)", on: target, because: reason)
        case .outOfThreads(let reason): self.init(.outOfResources, "look up \(host)", on: target, because: reason)
        }
    }
}
