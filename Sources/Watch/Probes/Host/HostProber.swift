import Glibc
package import Launch
package import Wire

/// How a machine does: this one from /proc, another one from its node_exporter.
package actor HostProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: HostTarget
    private let clock: any Clock
    private let client: HTTPClient
    private let proc: BlockingCall
    private let disk: BlockingCall
    private var figures = HostFigures()

    package init(_ target: HostTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        proc = BlockingCall("reading /proc", on: context.reactor)
        disk = BlockingCall("statvfs of \(target.mount)", on: context.reactor)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        if let url = target.exporterURL { return try await exporter(url, deadline) }
        async let space = diskSpace(deadline)
        var sample = try await proc.run(deadline: deadline) { ProcFiles.sample(ProcFiles.paths.map(Self.text)) }
        let findings: [Finding]
        switch await space {
        case .success(let space):
            (sample.diskTotal, sample.diskFree, sample.diskAvailable) = (space.total, space.free, space.available)
            (sample.inodesTotal, sample.inodesFree) = (space.inodes, space.inodesFree)
            findings = figures.findings(of: sample, at: clock.now().uptime)
        case .failure(let failure):
            // The machine is looked at even if a mount hangs.
            findings = figures.findings(of: sample, at: clock.now().uptime).map { finding in
                ["disk", "inodes"].contains(finding.measure)
                    ? Finding(finding.measure, .missed(failure.description)) : finding
            }
        }
        return findings
    }

    package func close() async {}

    private func exporter(_ url: String, _ deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        let request = HTTPRequest.exposition(url, tls: target.tls)
        let response = try await client.send(request, deadline: deadline)
        try response.requireOK(from: request)
        let mount = target.mount
        let sample = try await Scrape.apart(from: [response]) {
            var exporter = NodeExporter(mount: mount)
            try Scrape.parse(response, NodeExporter.metrics, within: budget) { exporter.take($0) }
            return exporter.sample
        }
        return figures.findings(of: sample, at: clock.now().uptime)
    }

    // MARK: This machine

    private struct Space: Sendable {
        var total, free, available, inodes, inodesFree: Double
    }

    private func diskSpace(_ deadline: Duration) async -> Result<Space, ProbeFailure> {
        let mount = target.mount
        do {
            // The answer is wanted a little before /proc's deadline would be missed because of it.
            return .success(try await disk.run(deadline: deadline * 9 / 10) { try Self.space(of: mount) })
        } catch {
            return .failure(ProbeFailure(error.inWords))
        }
    }

    private static func space(of mount: String) throws -> Space {
        var status = statvfs()
        guard statvfs(mount, &status) == 0 else { throw ProbeFailure("\(mount): \(String(cString: strerror(errno)))") }
        let block = Double(status.f_frsize)
        return Space(
            total: Double(status.f_blocks) * block, free: Double(status.f_bfree) * block,
            available: Double(status.f_bavail) * block, inodes: Double(status.f_files),
            inodesFree: Double(status.f_ffree))
    }

    /// A file of /proc has no size before it is read. Empty where it cannot be.
    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { Glibc.close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
            var bytes: [UInt8] = []
            while bytes.count < 1 << 20 {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
