import FoundationEssentials
import Launch

/// Reads a journey: where it begins, its steps and its cleanup.
extension Fields {
    func journey() -> JourneyTarget {
        JourneyTarget(base: required("base")?.url() ?? "", tls: tls(), plan: journeyPlan())
    }

    /// `{headers, variables, steps, cleanup}`
    func journeyPlan() -> JourneyPlan {
        var variables: [String: SecretText] = [:]
        for entry in optional("variables")?.pairs() ?? [] {
            variables[entry.key] = entry.value.variable(named: entry.key, at: entry.place)
        }
        var known = Set(variables.keys).union([JourneyPlan.run])
        var names: Set<String> = []
        let stepsField = required("steps")
        let steps = stepsField.map { self.steps($0, &known, &names) } ?? []
        if let stepsField, stepsField.isList, steps.isEmpty, stepsField.items().isEmpty {
            stepsField.error("'steps' is empty")
        }
        let cleanup = optional("cleanup").map { self.steps($0, &known, &names) } ?? []
        return JourneyPlan(headers: markedHeaders(), variables: variables, steps: steps, cleanup: cleanup)
    }

    /// Those that are given, and the one by which nobody takes it for a customer's.
    func markedHeaders() -> [Header] {
        let headers = headers()
        let isMarked = headers.contains { $0.name.lowercased() == JourneyPlan.mark.lowercased() }
        return isMarked ? headers : headers + [Header(name: JourneyPlan.mark, value: .plain("guardia"))]
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
            item.complain(of: step, knowing: known)
            known.formUnion(step.takes.keys)
            steps.append(step)
        }
        return steps
    }

    private func step(named name: String) -> JourneyStep {
        let methods = ["get", "post", "put", "patch", "delete", "head"]
        let address = one(of: methods)
        if address == nil { error("the step '\(name)' needs one of \(methods.joined(separator: ", "))") }
        let path = address?.parse { text throws(Misfit) in
            guard text.hasPrefix("/"), text.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value != 127 }) else {
                throw Misfit("\(text.quoted) is not a path", hint: "begin it with /, as in /bookings/{booking}")
            }
            return text
        }
        let headers = headers()
        let content = one(of: ["form", "json", "body"])
        let body: JourneyStep.Body? =
            switch content?.key {
            case "form":
                .form(
                    (content?.pairs() ?? []).compactMap { entry in
                        entry.value.formText(at: entry.place).map { JourneyStep.Field(name: entry.key, value: $0) }
                    })
            case "json": content?.json().map { .json($0) }
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
            expectedStatuses: expectation.statuses ?? 200...299, assertions: expectation.assertions, takes: takes,
            deadline: optional("deadline")?.duration(Milliseconds(10) ... .minutes(5)))
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

extension Field {
    /// What nothing could ever fill in.
    func complain(of step: JourneyStep, knowing known: Set<String>) {
        for name in step.names.subtracting(known).sorted() {
            error(
                "the step '\(step.name)' needs {\(name)}, which no step before it takes",
                hint: Nearest.hint(for: name, among: known.sorted()))
        }
    }

    /// What stands for a name in a journey: a text, or a secret's reference.
    fileprivate func variable(named name: String, at place: Place) -> SecretText? {
        if JourneyText("{\(name)}").names != [name] {
            source.findings.error(place, "\(name.quoted) is not a name", hint: "lower-case letters, digits and _")
        }
        guard let text = text() else { return nil }
        if text.hasPrefix("env:") || text.hasPrefix("file:") { return secret().map { .secret($0) } }
        complainOfSecret(at: place)
        return .plain(text)
    }

    /// A form's field; what must not be read here is a variable.
    fileprivate func formText(at place: Place) -> String? {
        guard let text = text() else { return nil }
        if JourneyText(text).names.isEmpty { complainOfSecret(at: place) }
        return text
    }

    private static let secretWords = ["password", "passwd", "secret", "token"]

    private func complainOfSecret(at place: Place) {
        guard Self.secretWords.contains(where: { key.lowercased().contains($0) }) else { return }
        source.findings.error(
            place, "'\(key)' carries a secret, which never stands in this file",
            hint: "write it as variables: {\(key): env:NAME}, and {\(key)} where it is used")
    }

    /// JSON with names in braces, that is JSON whatever they stand for.
    fileprivate func json() -> String? {
        parse { text throws(Misfit) in
            let parsed = JourneyText(text)
            let sample = parsed.filled(Dictionary(uniqueKeysWithValues: Set(parsed.names).map { ($0, "0") })) ?? ""
            do { _ = try JSONDecoder().decode(AnyJSON.self, from: Data(sample.utf8)) } catch {
                throw Misfit("this is not JSON", hint: "as '{\"slot\": \"{slot}\"}'")
            }
            return text
        }
    }

    private struct AnyJSON: Decodable {
        init(from decoder: any Decoder) {}
    }
}
