import Launch

/// A run of cells that leads somewhere, for terminals that can follow it (OSC 8).
package struct FrameLink: Hashable, Sendable {
    package var row: Int
    package var columns: Range<Int>
    var url: SafeURL

    /// Where it leads: http or https, of the plain signs of RFC 3986, bounded. It may stand in an escape sequence.
    package var address: String { url.text }
}

extension Frame {
    /// Makes cells of a row lead to an address; one that is not safe to hand to a terminal leads nowhere.
    package mutating func link(row: Int, _ columns: Range<Int>, to url: String) {
        let columns = columns.clamped(to: 0..<max(0, size.width))
        guard (0..<size.height).contains(row), !columns.isEmpty, let url = SafeURL(url) else { return }
        links.append(FrameLink(row: row, columns: columns, url: url))
    }

    /// What is drawn over a link leads nowhere any more.
    mutating func unlink(_ area: Rect) {
        guard !links.isEmpty else { return }
        links = links.flatMap { link -> [FrameLink] in
            guard area.rows.contains(link.row), area.columns.overlaps(link.columns) else { return [link] }
            let left = link.columns.lowerBound..<max(link.columns.lowerBound, area.columns.lowerBound)
            let right = min(link.columns.upperBound, area.columns.upperBound)..<link.columns.upperBound
            return [left, right].filter { !$0.isEmpty }.map { FrameLink(row: link.row, columns: $0, url: link.url) }
        }
    }

    /// The links of a smaller frame that was laid upon this one.
    mutating func takeLinks(of picture: Frame, at origin: Point, within area: Rect) {
        unlink(area)
        for link in picture.links where area.rows.contains(link.row + origin.y) {
            let columns = (link.columns.lowerBound + origin.x..<link.columns.upperBound + origin.x)
                .clamped(to: area.columns)
            if !columns.isEmpty { links.append(FrameLink(row: link.row + origin.y, columns: columns, url: link.url)) }
        }
    }
}
