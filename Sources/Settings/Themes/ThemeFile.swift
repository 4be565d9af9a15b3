package import Console

/// A theme's file: one line a role, `critical: {fg: "#ff5f5f", bold: true}`.
package enum ThemeFile {
    /// The names of the themes that come with guardia.
    package static let shipped = ["dark", "light", "high-contrast", "colour-blind", "mono"]

    /// The shipped theme of that name, or the theme in the file at that path.
    package static func load(_ nameOrPath: String) throws(ConfigErrors) -> Theme {
        if let bytes = bytes(of: nameOrPath) {
            return try load(bytes: bytes, name: nameOrPath, file: "themes/\(nameOrPath).yaml")
        }
        let findings = Findings(file: nameOrPath)
        if !nameOrPath.contains("/"), !nameOrPath.hasSuffix(".yaml") {
            findings.error(
                .file, "there is no theme \(nameOrPath.quoted)",
                hint: Nearest.hint(for: nameOrPath, among: shipped)
                    ?? "the themes are \(shipped.joined(separator: ", ")), or give a file's path")
            throw ConfigErrors(findings.errors)
        }
        guard let bytes = SettingsFile.read(nameOrPath, findings: findings) else { throw ConfigErrors(findings.errors) }
        let file = nameOrPath.split(separator: "/").last.map(String.init) ?? nameOrPath
        let name = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
        return try load(bytes: bytes, name: name, file: nameOrPath)
    }

    /// Reads a theme that is already in memory; `file` stands for it in messages.
    package static func load(bytes: [UInt8], name: String, file: String) throws(ConfigErrors) -> Theme {
        let findings = Findings(file: file)
        let root = Source(findings: findings).root(of: bytes)
        var theme = Theme(name: name)
        var missing = Set(Role.names)
        for entry in root?.pairs() ?? [] {
            guard let role = Role(name: entry.key) else {
                findings.error(
                    entry.place, "there is no role \(entry.key.quoted)",
                    hint: Nearest.hint(for: entry.key, among: Role.names))
                continue
            }
            missing.remove(entry.key)
            if let paint = entry.value.paint() { theme[role] = paint }
        }
        if root != nil {
            let absent = Role.names.filter(missing.contains)
            if let first = absent.first {
                findings.error(
                    .file, "the theme lacks \(absent.joined(separator: ", "))",
                    hint: "'\(first): {}' gives a role the terminal's own colours")
            }
        }
        guard !findings.hasErrors else { throw ConfigErrors(findings.errors) }
        return theme
    }

    private static func bytes(of name: String) -> [UInt8]? {
        switch name {
        case "dark": PackageResources.dark_yaml
        case "light": PackageResources.light_yaml
        case "high-contrast": PackageResources.high_contrast_yaml
        case "colour-blind": PackageResources.colour_blind_yaml
        case "mono": PackageResources.mono_yaml
        default: nil
        }
    }
}

extension Field {
    /// `{fg: COLOUR, bg: COLOUR, bold: true, …}`; what is left out is the terminal's own.
    fileprivate func paint() -> Paint? {
        mapping { fields in
            var paint = Paint()
            if let colour = fields.optional("fg")?.colour() { paint.foreground = colour }
            if let colour = fields.optional("bg")?.colour() { paint.background = colour }
            for (name, attribute) in Attributes.named where fields.optional(name)?.flag() == true {
                paint.attributes.insert(attribute)
            }
            return paint
        }
    }

    private func colour() -> Colour? {
        parse { text throws(Misfit) in
            if let colour = Colour(text) { return colour }
            throw Misfit(
                "\(text.quoted) is not a colour",
                hint: Nearest.hint(for: text, among: Colour.names + ["default"])
                    ?? "write it as \"#ff5f5f\", as a number 0 to 255, or by name: bright_red, default")
        }
    }
}
