import CHiredis

/// A reply of Redis (RESP2).
package indirect enum RedisValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// A bulk string. Bytes that are not UTF-8 are replaced.
    case string(String)
    /// A simple string: `OK`, `PONG`.
    case status(String)
    /// An error inside an array; as a whole reply it is thrown.
    case error(String)
    case array([RedisValue])

    package var string: String? {
        switch self {
        case .string(let text), .status(let text), .error(let text): text
        case .integer(let number): String(number)
        case .null, .array: nil
        }
    }

    /// The number, also of a string that spells one.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .string(let text), .status(let text): Double(text)
        case .null, .error, .array: nil
        }
    }

    package var array: [RedisValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension RedisValue {
    init(copying reply: UnsafePointer<redisReply>) {
        switch reply.pointee.type {
        case REDIS_REPLY_INTEGER: self = .integer(reply.pointee.integer)
        case REDIS_REPLY_STRING: self = .string(reply.pointee.text)
        case REDIS_REPLY_STATUS: self = .status(reply.pointee.text)
        case REDIS_REPLY_ERROR: self = .error(reply.pointee.text)
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.pointee.element, count: Int(reply.pointee.elements))
            self = .array(elements.map { $0.map { RedisValue(copying: $0) } ?? .null })
        default: self = .null
        }
    }
}

extension redisReply {
    fileprivate var text: String {
        guard let str else { return "" }
        return str.withMemoryRebound(to: UInt8.self, capacity: Int(len)) {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(len)), as: UTF8.self)
        }
    }
}
