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
}
