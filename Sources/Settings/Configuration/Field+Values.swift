import Launch

/// The values that a launch's file is made of.
extension Field {
    func duration(_ range: ClosedRange<Milliseconds>? = nil) -> Milliseconds? {
        parse { text throws(Misfit) in
            let duration = try Quantity.duration(text)
            if let range, !range.contains(duration) {
                throw Misfit(
                    "\(text) is out of range",
                    hint: "\(range.lowerBound.text) to \(range.upperBound.text) will do")
            }
            return duration
        }
    }

    /// Whole bytes.
    func size(in range: ClosedRange<Int>) -> Int? {
        parse { text throws(Misfit) in
            let size = try Quantity.size(text)
            guard size >= Double(range.lowerBound), size <= Double(range.upperBound) else {
                throw Misfit("\(text) is out of range", hint: "1KiB to 1GiB will do")
            }
            return Int(size)
        }
    }

    /// The name of a probe, a measure or a colour: lower-case letters, digits, `_` and `-`.
    func identifier() -> String? {
        parse { text throws(Misfit) in
            let letters = text.utf8
            guard let first = letters.first, (97...122).contains(first), letters.count <= 40,
                letters.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 || $0 == 45 })
            else {
                throw Misfit(
                    "\(text.quoted) is not a name", hint: "lower-case letters, digits, _ and -, beginning with a letter"
                )
            }
            return text
        }
    }

    /// A few words for people: one line.
    func words() -> String? {
        parse { text throws(Misfit) in
            guard !text.contains(where: \.isNewline) else {
                throw Misfit("\(text.quoted) has a line break", hint: "up to 60 characters on one line")
            }
            guard text.count <= 60 else {
                throw Misfit("\(text.quoted) is too long", hint: "up to 60 characters on one line")
            }
            return text
        }
    }

    func unit() -> Unit? { choice(Unit.words) }

    func secret() -> Secret? {
        guard let text = text() else { return nil }
        do throws(Misfit) {
            let secret = try Secret(reference: text)
            // A warning: the engine may run elsewhere, or as another user.
            do throws(SecretError) {
                _ = try SecretStore().resolve(secret)
            } catch {
                source.findings.warn(place, error.description)
            }
            return secret
        } catch {
            self.error("'\(key)': \(error.message)", hint: error.hint)
            return nil
        }
    }

    /// An absolute path.
    func path() -> String? {
        parse { text throws(Misfit) in
            guard text.hasPrefix("/"), !text.utf8.contains(0) else {
                throw Misfit("\(text.quoted) is not a whole path", hint: "begin it with /")
            }
            return text
        }
    }

    /// The path of a file that must be there.
    func existingFile() -> String? {
        guard let path = path() else { return nil }
        guard SettingsFile.isReadable(path) else {
            error("'\(key)': there is no readable file \(path.quoted)")
            return nil
        }
        return path
    }

    /// An http or https address. A password in it would end up in logs and in `ps`.
    func url() -> String? {
        parse { text throws(Misfit) in
            let example = "write it as https://api.example.com/healthz"
            guard let scheme = text.firstRange(of: "://"),
                ["http", "https"].contains(text[..<scheme.lowerBound].lowercased())
            else { throw Misfit("this is not an http or https address", hint: example) }
            let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
            if authority.contains("@") {
                throw Misfit("a user or password in an address is not taken", hint: "put it into 'headers' as a secret")
            }
            guard !authority.isEmpty, text.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value != 127 }) else {
                throw Misfit("\(text.quoted) is not an address", hint: example)
            }
            try Authority.check(authority, hint: example)
            return text
        }
    }

    /// `{warn: above 150ms, critical: above 200ms}`, or `none` to take the built-in bounds away.
    func thresholds(unit: Unit) -> Thresholds? {
        if !isMapping, case .scalar(let scalar) = node.content, scalar.text == "none" { return Thresholds() }
        return mapping { fields in
            let warning = fields.optional("warn")?.parse { text throws(Misfit) in
                try Thresholds.Bound(text, unit: unit)
            }
            let critical = fields.optional("critical")?.parse { text throws(Misfit) in
                try Thresholds.Bound(text, unit: unit)
            }
            switch (warning, critical) {
            case (.above(let warning)?, .above(let critical)?) where critical < warning,
                (.below(let warning)?, .below(let critical)?) where critical > warning:
                fields.error(
                    "critical is reached before warn, which would never be seen", hint: "exchange the two bounds")
            case (.above?, .below?), (.below?, .above?):
                fields.error(
                    "warn and critical look in opposite directions", hint: "use 'above' in both or 'below' in both")
            default: break
            }
            return Thresholds(warning: warning, critical: critical)
        }
    }
}

extension Unit {
    static let words: KeyValuePairs<String, Unit> = [
        "count": .count, "ms": .milliseconds, "s": .seconds, "d": .days, "B": .bytes, "%": .percent,
        "/s": .perSecond, "/min": .perMinute, "/h": .perHour, "B/s": .bytesPerSecond, "ARS": .pesos,
        "ARS/h": .pesosPerHour, "verdict": .verdict, "text": .text,
    ]
}

extension Milliseconds {
    /// As it would be written in a file: the largest unit that divides it.
    var text: String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where count >= factor && count % factor == 0 {
            return "\(count / factor)\(unit)"
        }
        return "\(count)ms"
    }
}
