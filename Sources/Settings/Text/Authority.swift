/// The part of an address that says where to connect: `host`, `host:port`, `[2001:db8::1]:port`.
enum Authority {
    /// Finds what libcurl would refuse at every look, or take for something else.
    static func check(_ text: some StringProtocol, hint: String) throws(Misfit) {
        let host: Substring
        let port: Substring?
        let text = Substring(text)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw Misfit("\(String(text).quoted) lacks the ] of an IPv6 address", hint: hint)
            }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw Misfit("\(String(rest).quoted) stands behind an IPv6 address", hint: hint)
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) || $0.isLetter }) else {
                throw Misfit("\(String(host).quoted) is not an IPv6 address", hint: hint)
            }
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else {
                throw Misfit(
                    "\(String(text).quoted) has more than one port", hint: "write an IPv6 address in brackets: [::1]")
            }
            host = parts[0]
            port = parts.count == 2 ? parts[1] : nil
            guard host.utf8.allSatisfy({ $0 > 32 && !"\"<>\\^`{|}".utf8.contains($0) }) else {
                throw Misfit("\(String(host).quoted) is not a host", hint: hint)
            }
        }
        guard !host.isEmpty else { throw Misfit("the address has no host", hint: hint) }
        guard let port else { return }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), (1...65_535).contains(number)
        else {
            throw Misfit("\(String(port).quoted) is not a port", hint: "a number from 1 to 65535")
        }
    }
}
