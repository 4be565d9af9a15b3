import FoundationEssentials

/// The split that the door's folder shows: a link `current` to a folder that holds a folder a colour, and in it an empty file
/// for each of its slots.
struct DoorFolder: Hashable, Sendable {
    /// The split's name.
    var name: String
    /// Per cent of all slots, by colour; a colour without traffic may be left out.
    var shares: [String: Double]

    static let slotCount = 100

    /// Blocks on the disk.
    ///
    /// - Throws: ``ProbeFailure`` where it is no door, or slots are missing or have two colours.
    init(reading folder: String, colours: [String]) throws {
        let files = FileManager.default
        let current = "\(folder)/current"
        guard let link = try? files.destinationOfSymbolicLink(atPath: current) else {
            throw ProbeFailure("\(current) is no link that can be read")
        }
        // The split itself is read, not the link again: that may move meanwhile, a split never changes.
        let split = link.hasPrefix("/") ? link : "\(folder)/\(link)"
        name = link.split(separator: "/").last.map(String.init) ?? ""
        shares = [:]
        var owned = Set<String>()
        for colour in colours {
            guard let slots = try? files.contentsOfDirectory(atPath: "\(split)/\(colour)") else { continue }
            let numbers = slots.filter { Int($0).map { (0..<Self.slotCount).contains($0) } ?? false }
            guard owned.isDisjoint(with: numbers) else { throw ProbeFailure("\(split) gives a slot two colours") }
            owned.formUnion(numbers)
            shares[colour] = Double(numbers.count) / Double(Self.slotCount) * 100
        }
        guard owned.count == Self.slotCount else {
            throw ProbeFailure("\(split) gives \(Self.slotCount - owned.count) slots no colour")
        }
    }
}
