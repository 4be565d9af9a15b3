import Foundation
package import Launch

/// The firewall's rules as they lie on this machine.
package struct RuleSet: Hashable, Sendable {
    package var version: String
    package var count: Int
    package var newest: Timestamp

    /// Nil where there are none.
    package static func read(_ folder: String) -> RuleSet? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".conf")
        }
        .sorted()
        let times = names.compactMap { FileBytes.status("\(folder)/\($0)")?.modified }
        guard let newest = times.max() else { return nil }
        var version = "rules of unknown version"
        for name in names {
            guard let bytes = try? FileBytes.read("\(folder)/\(name)", limit: 1 << 20) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            if let start = text.firstRange(of: "OWASP_CRS/") {
                version = "OWASP CRS " + text[start.upperBound...].prefix { $0.isNumber || $0 == "." }
                break
            }
        }
        return RuleSet(version: version, count: names.count, newest: Timestamp(seconds: newest))
    }
}
