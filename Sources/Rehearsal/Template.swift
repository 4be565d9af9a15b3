/// A text with `${NAME}` in it.
enum Template {
    /// Replaces every `${NAME}`; one that is unknown is an error, not a text that passes for an address.
    static func fill(_ template: String, _ variables: [String: String]) throws(RehearsalError) -> String {
        var result = ""
        var rest = template[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = variables[name] else {
                throw .unknownVariable(name, known: variables.keys.sorted())
            }
            result += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
