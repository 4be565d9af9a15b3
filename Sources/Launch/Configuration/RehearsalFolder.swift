/// The private folder of a rehearsal, as the path of a file in it tells.
package struct RehearsalFolder: Hashable, Sendable {
    package let path: String

    /// What the path of every one begins with. /tmp, because a Unix socket's path must stay under 108 bytes and
    /// `$XDG_RUNTIME_DIR` is a small memory disk that a database would fill.
    package static let prefix = "/tmp/guardia-"
    /// As mkdtemp(3) takes it: it puts letters and digits in the place of what follows the prefix.
    package static let template = prefix + "XXXXXX"

    /// Nil where the file is in none.
    package init?(of file: String) {
        guard file.hasPrefix(RehearsalFolder.prefix) else { return nil }
        let rest = file.dropFirst(RehearsalFolder.prefix.count)
        let name = rest.prefix { $0 != "/" }
        guard name.count == RehearsalFolder.template.count - RehearsalFolder.prefix.count, rest.count > name.count,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        path = RehearsalFolder.prefix + name
    }
}
