import Launch

extension Field {
    /// Where the mobile page is served, and by which address telephones reach it.
    func mobilePlan() -> MobilePlan? {
        mapping { fields in
            MobilePlan(
                listen: fields.required("listen")?.listen() ?? .port(1),
                url: fields.required("url")?.publicURL() ?? "",
                life: fields.optional("links_hold")?.duration(.minutes(15) ... .days(7)) ?? .hours(12),
                language: fields.optional("language")?.choice(PeopleLanguage.words))
        }
    }

    /// `127.0.0.1:7480`, or `unix:/run/guardia/mobile.sock`.
    private func listen() -> MobilePlan.Listen? {
        parse { text throws(Misfit) in
            let hint = "write it as 127.0.0.1:7480, or unix:/run/guardia/mobile.sock"
            if text.hasPrefix("unix:") {
                let path = String(text.dropFirst(5))
                // sun_path holds 108 bytes, the last of them zero (unix(7)).
                guard path.hasPrefix("/"), (2...107).contains(path.utf8.count) else {
                    throw Misfit("\(text.quoted) is no path of a socket", hint: hint)
                }
                return .socket(path: path)
            }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else {
                throw Misfit("\(text.quoted) is not where a page can be served", hint: hint)
            }
            guard ["127.0.0.1", "localhost"].contains(parts[0]) else {
                throw Misfit(
                    "\(text.quoted) is not on this machine alone",
                    hint: "a reverse proxy brings TLS, as docs/mobile.md says")
            }
            return .port(port)
        }
    }

    /// What links begin with: encrypted, or on this machine.
    private func publicURL() -> String? {
        guard let url = url() else { return nil }
        let host = url.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        let name = host.prefix { $0 != ":" }
        guard url.hasPrefix("https://") || ["127.0.0.1", "localhost"].contains(String(name)) else {
            error(
                "'url': whoever reads a link can answer by it: it must be https",
                hint: "http is taken for this machine alone")
            return nil
        }
        guard !host.contains("@"), !url.contains(where: { "?#".contains($0) }), url.utf8.count <= 100 else {
            error("'url': no user, no query, and at most 100 bytes: it goes into each SMS")
            return nil
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

extension PeopleLanguage {
    static let words: KeyValuePairs<String, PeopleLanguage> = ["en": .english, "es": .spanish]
}
