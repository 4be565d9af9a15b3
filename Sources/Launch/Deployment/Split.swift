/// Which colour answers each of the door's 100 slots: traffic in whole per cent.
///
/// A split is told by its name alone, so that `ls -l current` on an edge says what serves: `blue` is all traffic to blue,
/// `green-25.blue` gives green the first 25 slots and blue the rest. A canary has the *first* slots: growing, it keeps the
/// clients that it has.
package struct Split: Hashable, Sendable {
    package static let slotCount = 100

    /// Who has the slots that no canary has.
    package let live: String
    /// Who has the first ``share`` slots; nil where all is ``live``'s.
    package let canary: String?
    /// The canary's share in per cent: 1 … 99; 0 without a canary.
    package let share: Int

    private init(live: String, canary: String?, sharing share: Int) {
        self.live = live
        self.canary = canary
        self.share = share
    }

    /// All traffic to one colour.
    package init(all colour: String) { self.init(live: colour, canary: nil, sharing: 0) }

    /// - Parameter share: per cent; 0 is all to `live`, 100 all to `canary`, values beyond are taken as the nearest.
    package init(live: String, canary: String, share: Int) {
        let share = min(max(share, 0), Split.slotCount)
        if share == 0 || live == canary {
            self.init(all: live)
        } else if share == Split.slotCount {
            self.init(all: canary)
        } else {
            self.init(live: live, canary: canary, sharing: share)
        }
    }

    /// Reads a split's name; nil for a text that is none.
    package init?(name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, parts.count <= 2, Split.isColour(last) else { return nil }
        if parts.count == 1 {
            self.init(all: String(last))
            return
        }
        let head = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard head.count == 2, Split.isColour(head[0]), head[0] != last, let share = Int(head[1]),
            String(share) == head[1],
            (1..<Split.slotCount).contains(share)
        else { return nil }
        self.init(live: String(last), canary: String(head[0]), share: share)
    }

    /// `blue`, `green-25.blue`
    package var name: String { canary.map { "\($0)-\(share).\(live)" } ?? live }

    /// The share of a colour in per cent.
    package func share(of colour: String) -> Int {
        if colour == canary { return share }
        return colour == live ? Split.slotCount - share : 0
    }

    /// The colours that have traffic.
    package var colours: [String] { [live] + (canary.map { [$0] } ?? []) }

    /// A colour's name: a lower-case letter, then letters and digits; it is a folder's name and part of a split's.
    package static func isColour(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 20 else { return false }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) } && text != "any"
    }
}

extension Split: CustomStringConvertible {
    /// `blue 75 %, green 25 %`, the colour with more first.
    package var description: String {
        colours.map { (colour: $0, share: share(of: $0)) }
            .sorted { ($1.share, $0.colour) < ($0.share, $1.colour) }
            .map { "\($0.colour) \($0.share) %" }
            .joined(separator: ", ")
    }
}
