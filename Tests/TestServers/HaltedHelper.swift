import FoundationEssentials
import Glibc

/// The edge helper behind a script that stops at one request, before it is made or after it was and before its answer, until
/// whoever asked is gone. So a test can kill an action, or its connection, at a place that it names.
package struct HaltedHelper: Sendable {
    package enum Moment: String, Sendable { case before, after }

    /// The script, which takes `--door FOLDER serve` as the helper does.
    package let path: String
    private let folder: String

    /// - Parameters:
    ///   - helper: the helper itself.
    ///   - folder: where the script lies, and is told where to stop.
    package init(of helper: String, in folder: String) throws {
        self.folder = folder
        path = "\(folder)/helper"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let script = """
            #!/bin/sh
            # --door FOLDER serve
            set -f
            # One helper for all that passes, and no process but that: a session answers as soon as without this script.
            while IFS= read -r line; do
                place=
                { IFS= read -r place <'\(folder)/place'; } 2>/dev/null
                case $place in
                "before ${line%% *}") ;;
                "after ${line%% *}") '\(helper)' --door "$2" $line >/dev/null ;;
                *)
                    printf '%s\\n' "$line"
                    continue
                    ;;
                esac
                # Once: who comes again by another connection, before anybody has seen that it was reached, is not stopped.
                rm -f '\(folder)/place'
                : >'\(folder)/reached'
                cat >/dev/null
            done | '\(helper)' --door "$2" serve

            """
        try Data(script.utf8).write(to: URL(filePath: path))
        chmod(path, 0o755)
    }

    /// Where it stops from now on.
    package func set(_ moment: Moment, _ request: String) throws {
        unlink("\(folder)/reached")
        // Renamed into place: it is read while it is written.
        try Data("\(moment.rawValue) \(request)\n".utf8).write(to: URL(filePath: "\(folder)/place.new"))
        rename("\(folder)/place.new", "\(folder)/place")
    }

    /// From now on it stops nowhere.
    package func clear() { unlink("\(folder)/place") }

    package var isReached: Bool { access("\(folder)/reached", F_OK) == 0 }
}
