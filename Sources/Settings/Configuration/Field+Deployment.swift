import Launch

/// The values that `deployment:` is made of.
extension Fields {
    func edge() -> EdgePlan {
        EdgePlan(
            name: required("name")?.identifier() ?? "", ssh: optional("ssh")?.ssh(),
            door: optional("door")?.plainPath() ?? EdgePlan.standardDoor, front: required("front")?.front() ?? "",
            helper: optional("helper")?.plainPath() ?? EdgePlan.standardHelper,
            backend: optional("backend")?.backend() ?? .door)
    }
}

extension Field {
    /// A colour's name, which is a folder's on the edges.
    func colourName() -> String? {
        parse { text throws(Misfit) in
            guard Split.isColour(text) else {
                throw Misfit(
                    "\(text.quoted) is not a colour",
                    hint: "up to 20 lower-case letters and digits, beginning with a letter, and not 'any'")
            }
            return text
        }
    }

    /// `host:port`, `[address]:port`: as nginx's upstream takes it.
    func hostAndPort() -> String? {
        parse { text throws(Misfit) in
            let hint = "write it as 10.0.0.4:8080"
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (1...65_535).contains(port), isHost(text[..<colon])
            else { throw Misfit("\(text.quoted) is not host:port", hint: hint) }
            return text
        }
    }

    /// A host's name or address, with no character that another program could take for anything else.
    ///
    /// - Parameter orEach: whether it may be `{host}`.
    func host(orEach: Bool = false) -> String? {
        parse { text throws(Misfit) in
            if orEach, text == CommandPlan.host { return text }
            guard isHost(text[...]) else {
                throw Misfit("\(text.quoted) is not a host", hint: "write it as edge-1.internal")
            }
            return text
        }
    }

    private func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return text.count > 4
                && text.dropFirst().dropLast().utf8.allSatisfy { isHexDigit($0) || $0 == 58 || $0 == 46 }
        }
        // No leading hyphen: it would be an option to ssh.
        return !text.isEmpty && text.first != "-"
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 45 || $0 == 46 }
    }

    /// An absolute path of plain characters: it stands in nginx's configuration and on command lines.
    func plainPath() -> String? {
        parse { text throws(Misfit) in
            guard text.hasPrefix("/"), text != "/", !text.hasSuffix("/"), !text.contains("//"),
                !text.split(separator: "/").contains(".."), text.utf8.count <= 200,
                text.utf8.allSatisfy({ isLetterOrDigit($0) || "/._-+@".utf8.contains($0) })
            else {
                throw Misfit(
                    "\(text.quoted) is not a path of plain characters",
                    hint: "letters, digits and . _ - + @ only, as \(EdgePlan.standardDoor)")
            }
            return text
        }
    }

    /// The edge's own nginx, as the edge itself reaches it: nobody else may.
    func front() -> String? {
        parse { text throws(Misfit) in
            let prefix = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].first { text.hasPrefix($0) }
            guard let prefix, let port = Int(text.dropFirst(prefix.count)), (1...65_535).contains(port) else {
                throw Misfit(
                    "\(text.quoted) is not an address on the edge's own loopback",
                    hint:
                        "write it as http://127.0.0.1:8081: 'listen 127.0.0.1:8081' in the server that takes the traffic"
                )
            }
            return text
        }
    }

    /// - Parameter onEachHost: whether the host may be `{host}`, the one that a release is for.
    func ssh(onEachHost: Bool = false) -> SSHPlan? {
        mapping { fields in
            let user = fields.optional("user")?.parse { text throws(Misfit) in
                guard let first = text.utf8.first, first != 45, text.utf8.count <= 32,
                    text.utf8.allSatisfy({ isLetterOrDigit($0) || [45, 46, 95].contains($0) })
                else { throw Misfit("\(text.quoted) is not a user") }
                return text
            }
            return SSHPlan(
                host: fields.required("host")?.host(orEach: onEachHost) ?? "",
                port: fields.optional("port")?.integer(in: 1...65_535) ?? 22,
                user: user, key: fields.required("key")?.awaitedFile(),
                knownHosts: fields.required("known_hosts")?.awaitedFile())
        }
    }

    /// A file that must be there when guardia acts; a doubt where it is not, since a config is also checked elsewhere.
    private func awaitedFile() -> String? {
        guard let path = path() else { return nil }
        if !SettingsFile.isReadable(path) {
            source.findings.warn(place, "'\(key)': there is no readable file \(path.quoted) on this machine")
        }
        return path
    }

    /// `door`, or how an nginx without a door is made to follow: `{test: […], reload: […]}`.
    func backend() -> TrafficBackend? {
        guard isMapping else { return choice(["door": .door]) }
        return mapping { fields in
            .reload(
                test: fields.required("test")?.plainWords() ?? [], reload: fields.required("reload")?.plainWords() ?? []
            )
        }
    }

    /// A command that the helper runs on the edge, which decodes nothing.
    private func plainWords() -> [String]? {
        guard let words = argv() else { return nil }
        for word in words
        where word.isEmpty || !word.utf8.allSatisfy({ isLetterOrDigit($0) || "._:@/+,=-".utf8.contains($0) }) {
            error(
                "\(word.quoted) has characters that a command on an edge cannot have",
                hint: "put it into a script there")
        }
        return words
    }

    func stickyKey() -> StickyKey? {
        guard isMapping else { return choice(["address": .address]) }
        return mapping { fields -> StickyKey? in
            let field = fields.one(of: ["cookie", "header"])
            if field == nil { fields.error("'sticky' needs 'cookie' or 'header', or is the word address") }
            guard let field else { return nil }
            let isCookie = field.key == "cookie"
            return field.parse { text throws(Misfit) in
                // nginx names them $cookie_… and $http_…: no other characters can be asked for.
                guard !text.isEmpty, text.utf8.count <= 60,
                    text.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == (isCookie ? 95 : 45) })
                else {
                    throw Misfit(
                        "\(text.quoted) is no name that nginx can ask for",
                        hint: isCookie ? "letters, digits and _" : "letters, digits and -")
                }
                return isCookie ? .cookie(text) : .header(text)
            }
        } ?? nil
    }

    func answers() -> AnswersPlan? {
        mapping { fields in
            let usual = AnswersPlan()
            let version = fields.optional("version")?.mapping { fields -> (String, AnswersPlan.VersionPlace?) in
                let place = fields.one(of: ["header", "json"])
                let path = fields.optional("path")?.webPath() ?? usual.versionPath
                guard let place, let text = place.text() else { return (path, nil) }
                if place.key == "header" { return (path, .header(text)) }
                return (path, place.source.pointer(text, at: place.place).map { .json($0) })
            }
            var headers: [String: String] = [:]
            for entry in fields.optional("headers")?.pairs() ?? [] {
                guard let header = entry.value.header(named: entry.key, at: entry.place) else { continue }
                if case .plain(let text) = header.value {
                    headers[header.name] = text
                } else {
                    entry.value.error(
                        "a secret in the header '\(header.name)' would have to be on every edge",
                        hint: "let the application tell its version without one")
                }
            }
            return AnswersPlan(
                versionPath: version?.0 ?? usual.versionPath, version: version?.1 ?? usual.version,
                healthPath: fields.optional("health")?.webPath() ?? usual.healthPath, headers: headers)
        }
    }

    /// A path of a URL, query included.
    func webPath() -> String? {
        parse { text throws(Misfit) in
            guard text.hasPrefix("/"), !text.contains("#"),
                text.unicodeScalars.allSatisfy({ (33...126).contains($0.value) })
            else { throw Misfit("\(text.quoted) is not the path of a web address", hint: "write it as /healthz") }
            return text
        }
    }

    func percent(_ range: ClosedRange<Double>) -> Double? {
        parse { text throws(Misfit) in
            let amount = try Quantity.amount(text, in: .percent)
            guard range.contains(amount) else {
                throw Misfit(
                    "\(text) is out of range", hint: "\(Int(range.lowerBound))% to \(Int(range.upperBound))% will do")
            }
            return amount
        }
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte & 0xDF) && byte < 128
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte & 0xDF) && byte < 128
}
