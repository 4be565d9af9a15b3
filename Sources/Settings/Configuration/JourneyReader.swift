import Launch

/// Reads a journey: where it begins, its steps and its cleanup.
extension Fields {
    func journey() -> JourneyTarget {
        let base = required("base")?.url() ?? ""
        var headers = headers()
        if !headers.contains(where: { $0.name.lowercased() == JourneyTarget.mark.lowercased() }) {
            headers.append(Header(name: JourneyTarget.mark, value: .plain("guardia")))
        }
        let variables = Dictionary(
            (optional("variables")?.pairs() ?? []).compactMap { entry in entry.value.text().map { (entry.key, $0) } },
            uniquingKeysWith: { first, _ in first })
        var known = Set(variables.keys).union([JourneyTarget.run])
        let tls = tls()
        var names: Set<String> = []
        let stepsField = required("steps")
        let steps = stepsField.map { self.steps($0, &known, &names) } ?? []
        if let stepsField, stepsField.isList, steps.isEmpty, stepsField.items().isEmpty {
            stepsField.error("'steps' is empty")
        }
        let cleanup = optional("cleanup").map { self.steps($0, &known, &names) } ?? []
        return JourneyTarget(
            base: base, headers: headers, variables: variables, tls: tls, steps: steps, cleanup: cleanup)
    }

    private func steps(_ list: Field, _ known: inout Set<String>, _ names: inout Set<String>) -> [JourneyStep] {
        var steps: [JourneyStep] = []
        for item in list.items() {
            let step =
                item.mapping { fields -> JourneyStep? in
                    let name = fields.required("name")?.identifier()
                    if let name, !names.insert(name).inserted { fields.error("a second step named '\(name)'") }
                    return fields.step(named: name ?? "")
                } ?? nil
            guard let step else { continue }
            // Nothing could ever fill it in.
            for name in step.names.subtracting(known).sorted() {
                item.error(
                    "the step '\(step.name)' needs {\(name)}, which no step before it takes",
                    hint: Nearest.hint(for: name, among: known.sorted()))
            }
            known.formUnion(step.takes.keys)
            steps.append(step)
        }
        return steps
    }

    private func step(named name: String) -> JourneyStep {
        let methods = ["get", "post", "put", "patch", "delete"]
        let address = one(of: methods)
        if address == nil { error("the step '\(name)' needs one of \(methods.joined(separator: ", "))") }
        let path = address?.parse { text throws(Misfit) in
            guard text.hasPrefix("/"), text.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value != 127 }) else {
                throw Misfit("\(text.quoted) is not a path", hint: "begin it with /, as in /bookings/{booking}")
            }
            return text
        }
        let headers = headers()
        let content = one(of: ["form", "body"])
        let body: JourneyStep.Body? =
            switch content?.key {
            case "form":
                .form(
                    (content?.pairs() ?? []).compactMap { entry in
                        entry.value.text().map { JourneyStep.Field(name: entry.key, value: $0) }
                    })
            case "body": content?.text().map { .text($0) }
            default: nil
            }
        let expectation = expectation()
        var takes: [String: JourneyStep.Take] = [:]
        for entry in optional("take")?.pairs() ?? [] {
            let isName = JourneyText("{\(entry.key)}").names == [entry.key]
            if !isName {
                entry.value.source.findings.error(
                    entry.place, "\(entry.key.quoted) is not a name", hint: "lower-case letters, digits and _")
            }
            takes[entry.key] = entry.value.mapping { fields in fields.take() } ?? nil
        }
        return JourneyStep(
            name: name, method: (address?.key ?? "get").uppercased(), path: path ?? "/", headers: headers, body: body,
            expectedStatuses: expectation.statuses ?? 200...299, assertions: expectation.assertions, takes: takes)
    }

    private func take() -> JourneyStep.Take? {
        let source = one(of: ["json", "header", "pattern"])
        if source == nil { error("'take' needs json, header or pattern") }
        guard let source, let text = source.text() else { return nil }
        switch source.key {
        case "json": return source.source.pointer(text, at: source.place).map { .json($0) }
        case "header": return .header(text)
        default:
            do {
                _ = try Regex(text)
                return .pattern(text)
            } catch {
                source.error("\(text.quoted) is not a regular expression")
                return nil
            }
        }
    }

    func vantage(_ details: inout MeasureDetails) -> VantageTarget {
        let usual = VantageTarget(url: "", points: [])
        let points = (required("exporters")?.pairs() ?? []).compactMap { entry -> VantageTarget.Point? in
            guard let url = entry.value.url() else { return nil }
            if entry.key.isEmpty || !entry.key.utf8.allSatisfy({ Self.pointLetters.contains($0) }) {
                entry.value.error("\(entry.key.quoted) is not the name of a place", hint: "as AR-X or cordoba")
            }
            return VantageTarget.Point(name: entry.key, url: url.hasSuffix("/") ? String(url.dropLast()) : url)
        }
        let titles = points.map { (value: $0.name, title: Province.named(iso: $0.name)?.name ?? $0.name) }
        let hitModule = optional("hit_module")?.text()
        let module = optional("module")
        if let module, hitModule != nil {
            module.source.findings.warn(
                module.place, "'module' is not asked where there is a 'hit_module': each place is asked once a look")
        }
        for measure in ["first_byte", "total"] + (hitModule == nil ? [] : ["hit_rate"]) {
            details.fans[measure] = titles
        }
        return VantageTarget(
            url: required("target")?.url() ?? "", points: points, module: module?.text() ?? usual.module,
            hitModule: hitModule, headers: headers(), tls: tls(),
            window: optional("window")?.duration(Milliseconds.seconds(1)...Milliseconds.hours(24)) ?? usual.window)
    }

    private static let pointLetters = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
