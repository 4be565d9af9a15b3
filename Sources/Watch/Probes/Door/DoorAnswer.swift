/// What an edge's nginx says of its own door: `door=open split=/…/splits/0003 slot=17 colour=blue`.
package struct DoorAnswer: Hashable, Sendable {
    /// The split in force.
    package var split: String
    package var colour: String
    package var isBroken: Bool

    /// - Throws: ``ProbeFailure`` where this is no answer of a door.
    package init(parsing text: String) throws {
        // A broken door says so in two words: fields end where the next one begins.
        let line = text.prefix(4096).prefix { !$0.isNewline }
        func field(_ name: String, until next: String?) -> String? {
            guard let start = line.firstRange(of: "\(name)=") else { return nil }
            let rest = line[start.upperBound...]
            guard let next, let end = rest.firstRange(of: " \(next)=") else { return String(rest) }
            return String(rest[..<end.lowerBound])
        }
        guard line.hasPrefix("door="), let door = field("door", until: "split"), let path = field("split", until: "slot"),
            let colour = field("colour", until: nil)
        else { throw ProbeFailure("this is not the answer of a door: \(String(line).bounded(to: 80))") }
        isBroken = door != "open"
        split = path.split(separator: "/").last.map { String($0).bounded(to: 80) } ?? ""
        self.colour = colour.bounded(to: 80)
    }
}
