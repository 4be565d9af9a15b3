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
        case .presence(var body):
            (body.operatorName, body.host) = (cut(body.operatorName), cut(body.host))
            return .presence(body)
        case .unknown(let kind, let json):
            // JSON cannot be cut and stay JSON: only its size is kept.
            let fits = json.utf8.count <= TextLimit.json
            return .unknown(kind: cut(kind), json: fits ? json : #"{"omittedBytes":\#(json.utf8.count)}"#)
        }
    }
}
