/// What nginx's `stub_status` says (ngx_http_stub_status_module).
package struct StubStatus: Hashable, Sendable {
    package var active: Int
    package var accepts: Int
    package var handled: Int
    package var requests: Int
    package var reading: Int
    package var writing: Int
    package var waiting: Int

    /// - Throws: ``ProbeFailure`` where the text is something else, such as an error page with status 200.
    package init(parsing text: String) throws {
        let words = text.prefix(1024).split { $0.isWhitespace }
        let labels = ["Active", "connections:", nil, "server", "accepts", "handled", "requests", nil, nil, nil]
        let pattern = labels + ["Reading:", nil, "Writing:", nil, "Waiting:", nil]
        var numbers: [Int] = []
        for (word, label) in zip(words, pattern) {
            if label == nil, let number = Int(word), number >= 0 {
                numbers.append(number)
            } else if label.map({ $0 == word }) != true {
                throw ProbeFailure("this is not stub_status")
            }
        }
        guard words.count == pattern.count, numbers.count == 7 else { throw ProbeFailure("this is not stub_status") }
        (active, accepts, handled, requests) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (reading, writing, waiting) = (numbers[4], numbers[5], numbers[6])
    }
}
