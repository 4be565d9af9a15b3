/// Redis' answer to INFO: `name:value` lines under `# Section` headings.
package struct RedisInfo: Sendable {
    private var fields: [String: String] = [:]

    package init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
    }

    package subscript(name: String) -> String? { fields[name] }

    package func number(_ name: String) -> Double? { fields[name].flatMap(Double.init) }
}
