/// What an edge's nginx says of its own door: `door=open split=/…/splits/blue slot=17 colour=blue config=3f9a…`.
package struct DoorAnswer: Hashable, Sendable {
    /// The name of the split in force; empty where the door is broken.
    package var split: String
    /// The colour of whoever asked; `any` where the door is broken.
    package var colour: String
    package var isBroken: Bool
    /// Of the rendered configuration that runs; empty where nginx does not tell.
    package var digest: String

    package init(split: String, colour: String, isBroken: Bool = false, digest: String = "") {
        self.split = split
        self.colour = colour
        self.isBroken = isBroken
        self.digest = digest
    }

    /// Nil for what is no answer of a door.
    package init?(parsing text: String) {
        // A broken door says so in two words: fields end where the next one begins.
        let line = text.prefix(4096).prefix { !$0.isNewline }
        func field(_ name: String, until next: String?) -> Substring? {
            guard let start = line.firstRange(of: "\(name)=") else { return nil }
            let rest = line[start.upperBound...]
            guard let next, let end = rest.firstRange(of: " \(next)=") else { return rest }
            return rest[..<end.lowerBound]
        }
        guard line.hasPrefix("door="), let door = field("door", until: "split"),
            let path = field("split", until: "slot"),
            let colour = field("colour", until: "config")
        else { return nil }
        isBroken = door != "open"
        split = String(path.split(separator: "/").last ?? "").bounded
        self.colour = String(colour).bounded
        digest = field("config", until: nil).map { String($0).bounded } ?? ""
    }
}

extension String {
    /// What comes from outside, cut to what such a name can be.
    fileprivate var bounded: String { String(prefix(80)) }
}
