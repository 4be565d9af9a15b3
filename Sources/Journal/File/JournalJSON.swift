import Foundation
import Launch

/// Bodies of events and manifests as JSON: keys sorted, so that the same value is always the same bytes.
enum JournalJSON {
    static func encode(_ value: any Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try decoder.decode(type, from: Data(json.utf8))
    }
}

extension Event.Body {
    /// The JSON that the journal keeps.
    func json() throws -> String {
        if case .unknown(_, let json) = self { return json }
        return try payload.map(JournalJSON.encode) ?? "{}"
    }

    /// Reads a stored body back; what this version does not know stays as it is.
    init(kind: String, json: String) {
        self.init(kind: kind, json: json) { type in try JournalJSON.decode(type, from: json) }
    }

    /// The same with every text cut to what the journal keeps.
    func bounded() -> Event.Body {
        func cut(_ text: String) -> String { text.cut(toBytes: TextLimit.bytes) }
        switch self {
        case .engineStarted(var body):
            body.version = cut(body.version)
            return .engineStarted(body)
        case .engineStopped(var body):
            body.reason = cut(body.reason)
            return .engineStopped(body)
        case .verdictChanged(var body):
            body.reason = body.reason.map(cut)
            return .verdictChanged(body)
        case .clockStepped: return self
        case .recordingGap(var body):
            body.reason = cut(body.reason)
            return .recordingGap(body)
        case .action(let event): return .action(event.bounded(cut))
        case .backup(let event): return .backup(event.bounded(cut))
        case .alert, .escalation, .response, .digest, .flag, .presence, .checklist, .readiness:
            return cutTexts(to: TextLimit.bytes)
        case .security(.checked(let check)): return .security(.checked(check.bounded(cut)))
        case .unknown(let kind, let json):
            // JSON cannot be cut and stay JSON: only its size is kept.
            let fits = json.utf8.count <= TextLimit.json
            return .unknown(kind: cut(kind), json: fits ? json : #"{"omittedBytes":\#(json.utf8.count)}"#)
        }
    }
}

extension Event.Body {
    /// The same with every text cut, whatever its shape: through its JSON, and only where that is long.
    private func cutTexts(to limit: Int) -> Event.Body {
        guard let json = try? json(), json.utf8.count > limit else { return self }
        func cut(_ value: Any) -> Any {
            switch value {
            case let text as String: text.cut(toBytes: limit)
            case let list as [Any]: list.map(cut)
            case let object as [String: Any]: object.mapValues(cut)
            default: value
            }
        }
        guard let value = try? JSONSerialization.jsonObject(with: Data(json.utf8)),
            let shorter = try? JSONSerialization.data(withJSONObject: cut(value))
        else { return self }
        return Event.Body(kind: kind, json: String(decoding: shorter, as: UTF8.self))
    }
}

extension ActionEvent {
    /// The same with every text that comes from outside cut.
    fileprivate func bounded(_ cut: (String) -> String) -> ActionEvent {
        switch self {
        case .started(var event):
            event.reason = cut(event.reason)
            event.command = event.command.prefix(100).map(cut)
            event.subject = event.subject.map(cut)
            event.from = event.from.map { ActionEvent.Side(colour: cut($0.colour), version: $0.version.map(cut)) }
            event.to = event.to.map { ActionEvent.Side(colour: cut($0.colour), version: $0.version.map(cut)) }
            return .started(event)
        case .stepStarted: return self
        case .noted(var event):
            event.text = cut(event.text)
            return .noted(event)
        case .stepEnded(var event):
            event.detail = cut(event.detail)
            return .stepEnded(event)
        case .asked(var event):
            event.reason = cut(event.reason)
            return .asked(event)
        case .ended(var event):
            event.summary = cut(event.summary)
            return .ended(event)
        }
    }
}

extension BackupEvent {
    /// The same with every text that comes from outside cut.
    fileprivate func bounded(_ cut: (String) -> String) -> BackupEvent {
        switch self {
        case .taken(var event):
            event.database = cut(event.database)
            event.places = event.places.prefix(10).map(cut)
            return .taken(event)
        case .failed(var event):
            event.reason = cut(event.reason)
            return .failed(event)
        case .copied(var event):
            event.place = cut(event.place)
            return .copied(event)
        case .verified(var event):
            event.trouble = event.trouble.map(cut)
            event.table = event.table.map(cut)
            return .verified(event)
        case .pruned(var event):
            event.names = event.names.prefix(1000).map(cut)
            return .pruned(event)
        case .drillStarted(var event):
            event.by = cut(event.by)
            return .drillStarted(event)
        case .drillEnded(var event):
            event.summary = cut(event.summary)
            event.doubt = event.doubt.map(cut)
            return .drillEnded(event)
        }
    }
}
