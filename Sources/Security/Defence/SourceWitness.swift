package import Launch

/// Whether nearly all requests of an edge come from one address: then a load balancer stands before it, and every limit and ban
/// by address meets all customers at once.
package enum SourceWitness {
    /// Fewer requests than these show nothing.
    package static let least = 200
    private static let share = 0.95
    /// As much of the log's end as is looked at.
    private static let span: Int64 = 256 << 10

    /// Nil where there is nothing to say.
    package static func item(edge: String, _ addresses: [String]) -> SecurityCheck.Item? {
        // The machine itself: what runs on it, and a rehearsal.
        let strangers = addresses.filter { !$0.hasPrefix("127.") && $0 != "::1" }
        guard strangers.count >= least else { return nil }
        let counts = Dictionary(grouping: strangers) { $0 }.mapValues(\.count)
        guard let first = counts.max(by: { $0.value < $1.value }),
            Double(first.value) >= Double(strangers.count) * share
        else { return nil }
        return .init(
            "\(edge) sources", .warning,
            "\(first.value) of the last \(strangers.count) requests come from \(first.key): if it is a load balancer, limits "
                + "and bans meet every customer (deployment.hardening.real_ip)")
    }

    /// The addresses at the end of an edge's log, without guardia's own trials. Blocking.
    static func addresses(_ log: String) -> [String] {
        guard let size = FileBytes.status(log)?.size else { return [] }
        var bytes: [UInt8] = []
        try? FileBytes.each(log, from: max(0, size - span)) { piece in
            bytes += piece
            return bytes.count < span
        }
        return bytes.split(separator: 10).compactMap { line in
            let request = (try? JSONLine.fields(line)).flatMap(EdgeRequest.init)
            return request?.isCanary == false ? request?.address : nil
        }
    }
}
