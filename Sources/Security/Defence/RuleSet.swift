package import Edge
import Foundation
package import Launch

/// The firewall's rules as they lie on this machine.
package struct RuleSet: Hashable, Sendable {
    package var version: String
    package var count: Int
    package var newest: Timestamp

    init(version: String, count: Int, newest: Timestamp) {
        self.version = version
        self.count = count
        self.newest = newest
    }

    /// As the helper of an edge elsewhere tells it.
    package init(_ facts: RuleSetFacts) {
        version = RuleSet.name(of: facts.version)
        count = facts.count
        newest = facts.newest
    }

    private static func name(of version: String?) -> String {
        version.flatMap { $0.isEmpty ? nil : "OWASP CRS \($0)" } ?? "rules of unknown version"
    }

    /// Nil where there are none.
    package static func read(_ folder: String) -> RuleSet? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".conf")
        }
        .sorted()
        let times = names.compactMap { FileBytes.status("\(folder)/\($0)")?.modified }
        guard let newest = times.max() else { return nil }
        // Each rule bears one; some were mended since the release that most are of, and comments speak of others.
        var versions: [String: Int] = [:]
        for name in names {
            guard let bytes = try? FileBytes.read("\(folder)/\(name)", limit: 1 << 20) else { continue }
            for part in String(decoding: bytes, as: UTF8.self).split(separator: "ver:'OWASP_CRS/").dropFirst() {
                versions[String(part.prefix { $0.isASCII && $0.isNumber || $0 == "." }), default: 0] += 1
            }
        }
        let most = versions.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return RuleSet(version: name(of: most), count: names.count, newest: Timestamp(seconds: newest))
    }
}
