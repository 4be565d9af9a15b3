/// The page by which somebody who was woken answers with a telephone: where it is served, and by which address it is reached.
package struct MobilePlan: Hashable, Sendable {
    package enum Listen: Hashable, Sendable {
        /// On 127.0.0.1.
        case port(UInt16)
        /// A Unix socket: only who may open it (the proxy's group) can connect.
        case socket(path: String)

        package var text: String {
            switch self {
            case .port(let port): "127.0.0.1:\(port)"
            case .socket(let path): "unix:\(path)"
            }
        }
    }

    package var listen: Listen
    /// What links begin with: the proxy's address, `https://guardia.example.com`, without a slash at the end.
    package var url: String
    /// How long a link holds.
    package var life: Milliseconds
    /// The page's language; nil: the telephone's.
    package var language: PeopleLanguage?

    package init(listen: Listen, url: String, life: Milliseconds = .hours(12), language: PeopleLanguage? = nil) {
        self.listen = listen
        self.url = url
        self.life = life
        self.language = language
    }

    /// Scheme and authority, as a browser says where a form was sent from.
    package var origin: String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count < 3 ? url : parts[0...2].joined(separator: "/").lowercased()
    }

    /// The path under which the proxy serves it; empty, or with a slash before and none behind.
    package var prefix: String { String(url.dropFirst(origin.utf8.count)) }

    package var isEncrypted: Bool { url.lowercased().hasPrefix("https://") }
}

/// A language in which people are told in whole sentences: on the mobile page, in the digest.
package enum PeopleLanguage: String, Hashable, Sendable, Codable, CaseIterable {
    case english = "en"
    case spanish = "es"
}
