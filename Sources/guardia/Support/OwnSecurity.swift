import Foundation
import Glibc
import Launch
import Settings

/// What guardia demands of the machine for its own safety, before it does anything.
enum OwnSecurity {
    /// A program that runs with more rights than its caller has would lend them to whoever writes its config: guardia acts for other
    /// users by sudo alone.
    static var isElevated: Bool { getuid() != geteuid() || getgid() != getegid() }

    /// A file that others could change, or put another in the place of, and what they could do by it; nil where it and every
    /// folder on the way are root's or ours alone, or it is not there. A group is others too, but for root's.
    static func objection(to path: String, because consequence: String) -> UnsafeFile? {
        let whole = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        do throws(TrustedFile.Trouble) {
            try TrustedFile.check(whole, .own)
            return nil
        } catch {
            // What cannot be opened is told by who reads it.
            guard let place = error.place else { return nil }
            var status = stat()
            let isOthers = stat(place, &status) == 0 && status.st_uid != 0 && status.st_uid != geteuid()
            return UnsafeFile(
                reason: error.description, consequence: consequence,
                command: isOthers ? "chown root \(place)" : "chmod go-w \(place)")
        }
    }
}

/// A file that is not safe to be used.
struct UnsafeFile: Error, CustomStringConvertible {
    var reason: String
    var consequence: String
    var command: String

    var description: String { "\(reason), and \(consequence): \(command)" }
}
