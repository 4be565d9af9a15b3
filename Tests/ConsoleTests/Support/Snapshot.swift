import Console
import Foundation
import Testing

/// Compares a frame with the picture kept in `Snapshots/<test file>.<name>.txt`: the rows in quotes, then where the style
/// changes, as `(x,y) role`. By role, so that a theme changes no picture.
/// `RECORD_SNAPSHOTS=1` writes the picture anew, and still fails: a recording proves nothing.
func expectSnapshot(
    _ frame: Frame, _ name: String, file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
    let picture = picture(of: frame)
    let suite = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Snapshots").appendingPathComponent("\(suite).\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try picture.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("recorded \(url.path)", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
        return
    }
    guard let kept = try? String(contentsOf: url, encoding: .utf8) else {
        Issue.record(
            "no picture \(url.path): RECORD_SNAPSHOTS=1 writes it. Got:\n\(picture)", sourceLocation: sourceLocation)
        return
    }
    if kept != picture {
        Issue.record("\(name) has changed.\n--- kept\n\(kept)\n--- got\n\(picture)", sourceLocation: sourceLocation)
    }
}

/// The rows in quotes, then each change of style in reading order, then the cursor.
func picture(of frame: Frame) -> String {
    var lines = frame.rows.map { "\"\($0)\"" }
    var current: Style?
    for y in 0..<frame.size.height {
        for x in 0..<frame.size.width {
            guard let style = frame[Point(x, y)]?.style, style != current else { continue }
            current = style
            let attributes = Attributes.named.filter { style.attributes.contains($0.attribute) }.map { " " + $0.name }
            lines.append("(\(x),\(y)) \(style.role.name)\(attributes.joined())")
        }
    }
    if let cursor = frame.cursor { lines.append("cursor (\(cursor.x),\(cursor.y))") }
    return lines.joined(separator: "\n") + "\n"
}

extension Frame {
    /// The text of every row.
    var rows: [String] { (0..<size.height).map { text(row: $0) } }

    /// A frame on which one drawing was done.
    static func drawn(_ width: Int, _ height: Int, _ draw: (inout Frame) -> Void) -> Frame {
        var frame = Frame(size: Size(width: width, height: height))
        draw(&frame)
        return frame
    }
}

/// The locale of the tests: wcwidth must know more than ASCII, whatever LANG says.
let charset = Charset.adopt()
