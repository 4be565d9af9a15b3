/// The name that was probably meant.
package enum Nearest {
    /// The candidate nearest to `name`, if it is near enough to be a slip of the fingers; the first of equals.
    package static func name(to name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(2, name.count / 3)  // in edits
        var best: (name: String, distance: Int)?
        for candidate in candidates where abs(candidate.count - name.count) <= limit {
            let distance = distance(name, candidate)
            if distance <= 2 * limit, distance < 2 * candidate.count, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// `did you mean 'deadline'?`, or nil when nothing is near.
    package static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
        self.name(to: name, among: candidates).map { "did you mean '\($0)'?" }
    }

    /// Edits between two words (optimal string alignment): insert, delete and replace count 2, a swap of neighbours 1,
    /// being the likelier slip. Only the first 64 characters count, so that a hostile key costs nothing.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.lowercased().unicodeScalars.prefix(64))
        let right = Array(right.lowercased().unicodeScalars.prefix(64))
        if left.isEmpty || right.isEmpty { return 2 * max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(stride(from: 0, through: 2 * right.count, by: 2))
        for i in 1...left.count {
            var row = [2 * i]
            for j in 1...right.count {
                let replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 2)
                var cost = min(last[j] + 2, row[j - 1] + 2, replaced)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    cost = min(cost, beforeLast[j - 2] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}

extension String {
    /// This text in quotes, fit for a message: shortened, and with everything that could act on a terminal escaped.
    var quoted: String {
        var text = ""
        for scalar in unicodeScalars.prefix(60) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "'" + text + (unicodeScalars.count > 60 ? "…" : "") + "'"
    }
}
