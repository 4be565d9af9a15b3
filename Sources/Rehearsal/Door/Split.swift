/// Which colour answers each of the door's 100 slots: traffic in whole per cent.
package struct Split: Sendable, Hashable {
    package static let slotCount = 100

    /// The colour of each slot.
    package let slots: [String]

    /// All slots to one colour.
    package init(all colour: String) {
        slots = Array(repeating: colour, count: Split.slotCount)
    }

    /// A canary: the first slots to one colour, the rest to the other. The first ones, so that a canary that grows
    /// keeps the clients it has.
    /// - Parameter share: per cent, 0...100; values beyond are taken as the nearest.
    package init(live: String, canary: String, share: Int) {
        let share = min(max(share, 0), Split.slotCount)
        slots = (0..<Split.slotCount).map { $0 < share ? canary : live }
    }

    /// The colours of all slots in order; nil unless there are 100.
    package init?(slots: [String]) {
        guard slots.count == Split.slotCount else { return nil }
        self.slots = slots
    }

    /// The share of a colour in per cent.
    package func share(of colour: String) -> Int { slots.count { $0 == colour } }

    /// The colours that have traffic.
    package var colours: Set<String> { Set(slots) }
}

extension Split: CustomStringConvertible {
    /// `blue 90 %, green 10 %`, the largest share first.
    package var description: String {
        colours.map { (colour: $0, share: share(of: $0)) }
            .sorted { ($1.share, $0.colour) < ($0.share, $1.colour) }
            .map { "\($0.colour) \($0.share) %" }
            .joined(separator: ", ")
    }
}
