/// Measuring and fitting of text, by what it takes on the screen.
package enum Text {
    /// How much of a text from outside is kept at all, in bytes: more than the widest screen, less than trouble.
    package static let limit = 4096

    /// The cells that a text takes when it is shown.
    package static func width(of text: some StringProtocol) -> Int {
        width(of: text, atMost: .max)
    }

    /// The cells that pieces of different styles take, one behind the other; of one from outside no more is measured than shows.
    static func width(of spans: [Span]) -> Int { spans.reduce(0) { $0 + width(of: $1.text, atMost: 400) } }

    /// The cells that a text takes, or some number above `limit` as soon as that is sure: 10 MB cost as little as a line.
    package static func width(of text: some StringProtocol, atMost limit: Int) -> Int {
        if let plain = plainCount(of: text, atMost: limit) { return plain }
        var width = 0
        for cluster in Clusters(text) {
            width += cluster.width
            if width > limit { break }
        }
        return width
    }

    /// How many bytes a text has, or some number above `limit`, where each up to there is a printable sign of ASCII: one cell, and safe.
    /// Most texts of a screen are such, and a look at their bytes is cheaper than taking them apart.
    static func plainCount(of text: some StringProtocol, atMost limit: Int) -> Int? {
        text.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
            let looked = limit < bytes.count ? max(0, limit) + 1 : bytes.count
            return bytes[..<looked].allSatisfy { (0x20...0x7e).contains($0) } ? looked : nil
        } ?? nil
    }

    /// A text from outside, safe to show, store in a frame or print: see `Clusters` for what becomes of what.
    /// What lies past `limit` bytes is not even read; a cut text ends in `…`.
    package static func sanitised(_ text: some StringProtocol, limit: Int = limit) -> String {
        if let plain = plainCount(of: text, atMost: limit), plain <= limit { return String(text) }
        var safe = String.UnicodeScalarView()
        var bytes = 0
        for cluster in Clusters(text) {
            guard bytes < limit else {
                safe.append("…")
                break
            }
            safe.append(cluster.base)
            safe.append(contentsOf: cluster.marks)
            bytes += UTF8.width(cluster.base) + cluster.marks.reduce(0) { $0 + UTF8.width($1) }
        }
        return String(safe)
    }

    /// Bytes from outside as safe text; what is not UTF-8 becomes `U+FFFD`.
    package static func sanitised(bytes: some Collection<UInt8>, limit: Int = limit) -> String {
        // One byte more than the limit, so that the cut is noticed and marked.
        sanitised(String(decoding: bytes.prefix(limit + 1), as: UTF8.self), limit: limit)
    }

    /// The text cut to a width, ending in `…` if something was cut.
    package static func truncated(_ text: some StringProtocol, to width: Int) -> String {
        guard width > 0 else { return "" }
        if let plain = plainCount(of: text, atMost: width) {
            return plain <= width ? String(text) : text.prefix(width - 1) + "…"
        }
        let cut = self.width(of: text, atMost: width) > width
        let room = cut ? width - 1 : width
        var kept = String.UnicodeScalarView()
        var used = 0
        for cluster in Clusters(text) {
            guard used + cluster.width <= room else { break }
            kept.append(cluster.base)
            kept.append(contentsOf: cluster.marks)
            used += cluster.width
        }
        if cut { kept.append("…") }
        return String(kept)
    }

    /// The text cut in its middle: of versions that begin alike the end is what differs.
    package static func middle(_ text: String, to width: Int) -> String {
        guard self.width(of: text, atMost: width) > width else { return text }
        guard width >= 5 else { return truncated(text, to: width) }
        let tail = (width - 1) / 2
        // The end, taken from behind until no more fits.
        var end = ""
        for character in text.reversed() {
            let longer = String(character) + end
            guard self.width(of: longer) <= tail else { break }
            end = longer
        }
        var head = truncated(text, to: width - self.width(of: end))
        if head.hasSuffix("…") { head.removeLast() }
        return head + "…" + end
    }

    /// The text cut or filled up with spaces to exactly a width.
    package static func padded(_ text: some StringProtocol, to width: Int, align: Alignment = .leading) -> String {
        let kept = truncated(text, to: width)
        let space = max(0, width - self.width(of: kept))
        let before =
            switch align {
            case .leading: 0
            case .trailing: space
            case .centre: space / 2
            }
        return String(repeating: " ", count: before) + kept + String(repeating: " ", count: space - before)
    }
}
