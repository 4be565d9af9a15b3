import Foundation
import Testing

/// The edge helper behind a script that stops at one request, before it is made or after it was and before its answer, until
/// whoever asked is gone. So a test can kill an action at a place that it names.
struct HaltedHelper: Sendable {
    enum Moment: String { case before, after }

    let path: String
    /// The helper itself, as the rehearsal's config names it.
    let original: String
    private let folder: String

    init(_ rehearsal: LiveRehearsal) throws {
        let config = try String(contentsOfFile: "\(rehearsal.folder)/launch.yaml", encoding: .utf8)
        let after = try #require(config.range(of: "helper: \"")).upperBound
        original = String(config[after...].prefix { $0 != "\"" })
        folder = "\(rehearsal.folder)/halt"
        path = "\(folder)/helper"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        #!/bin/sh
        # --door FOLDER serve
        set -f
        while IFS= read -r line; do
            place=$(cat '\(folder)/place' 2>/dev/null)
            if [ "$place" = "before ${line%% *}" ]; then
                : >'\(folder)/reached'
                cat >/dev/null
            elif [ "$place" = "after ${line%% *}" ]; then
                '\(original)' --door "$2" $line >/dev/null
                : >'\(folder)/reached'
                cat >/dev/null
            else
                '\(original)' --door "$2" $line
            fi
        done
        """.write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o755)
    }

    /// Where it stops from now on.
    func set(_ moment: Moment, _ request: String) throws {
        unlink("\(folder)/reached")
        try "\(moment.rawValue) \(request)".write(toFile: "\(folder)/place", atomically: true, encoding: .utf8)
    }

    /// From now on it stops nowhere.
    func clear() throws { try FileManager.default.removeItem(atPath: "\(folder)/place") }

    var isReached: Bool { FileManager.default.fileExists(atPath: "\(folder)/reached") }
}
