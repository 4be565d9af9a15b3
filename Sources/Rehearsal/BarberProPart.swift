import FoundationEssentials
import Glibc

/// A process of BarberPro: a colour, the gateway or the traffic.
struct BarberProPart: Server {
    let daemon: Daemon
    let port: UInt16

    var addresses: [ServerAddress] { [.loopback(port)] }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts a part on a free port, or on the given one: a new release takes its predecessor's.
    static func start(
        in privateFolder: PrivateFolder, name: String, _ arguments: [String], port: UInt16? = nil
    ) async throws -> BarberProPart {
        let program = try Program.barberpro.path()
        let make = { (port: UInt16) in
            BarberProPart(
                daemon: Daemon(
                    .init(
                        name: name, command: [program] + arguments + ["--port", "\(port)"], folder: privateFolder.path,
                        endSignal: (SIGTERM, "TERM"), asServerUser: false,
                        isReady: { _ in try await ServerAddress.loopback(port).ask() != nil }),
                    in: privateFolder),
                port: port)
        }
        guard let port else { return try await startOnFreePort(make) }
        let part = make(port)
        try await part.start()
        return part
    }

    /// Sets its fault; an empty one mends it.
    func set(fault: [String: String]) async throws {
        let body = fault.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        let request = """
            POST /admin/fault HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Content-Type: application/x-www-form-urlencoded\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r
            \(body)
            """
        let answer = try await addresses[0].ask(Array(request.utf8), within: .seconds(2))
        guard let answer, answer.starts(with: "HTTP/1.1 200".utf8) else {
            throw RehearsalError.refused(
                part: daemon.name, asked: body,
                answer: answer.map { String(decoding: $0, as: UTF8.self) } ?? "no answer")
        }
    }
}

extension Program {
    /// Our own, beside the program that runs.
    static var barberpro: Program {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        return Program(name: "barberpro", package: "guardia", folders: [folder, "/usr/libexec/guardia", "/usr/bin"])
    }
}
