/// Takes one sample line apart: `{label="value",…} value [timestamp] [# exemplar]`.
struct SampleScanner {
    let line: UnsafeBufferPointer<UInt8>
    var position: Int

    typealias Label = ExpositionSample.Label

    /// What follows a metric's name; nil where it is malformed.
    mutating func sample() -> (labels: [Label], value: Double)? {
        skipBlanks()
        var labels: [Label] = []
        if peek == UInt8(ascii: "{") {
            position += 1
            guard takeLabels(into: &labels) else { return nil }
        }
        return value().map { (labels, $0) }
    }

    /// `{"metric name",label="value"} value`.
    mutating func quotedSample() -> (name: [UInt8], labels: [Label], value: Double)? {
        position += 1
        skipBlanks()
        guard let name = quoted() else { return nil }
        skipBlanks()
        if peek == UInt8(ascii: ",") { position += 1 }
        var labels: [Label] = []
        guard takeLabels(into: &labels), let value = value() else { return nil }
        return (name, labels, value)
    }

    private var peek: UInt8? { position < line.count ? line[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    /// Labels up to and with the closing brace; a comma may stand before it.
    private mutating func takeLabels(into labels: inout [Label]) -> Bool {
        while true {
            skipBlanks()
            if peek == UInt8(ascii: "}") {
                position += 1
                return true
            }
            guard let name = labelName() else { return false }
            skipBlanks()
            guard peek == UInt8(ascii: "=") else { return false }
            position += 1
            skipBlanks()
            guard let value = quoted() else { return false }
            labels.append(Label(name, String(decoding: value, as: UTF8.self)))
            skipBlanks()
            switch peek {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"): continue
            default: return false
            }
        }
    }

    private mutating func labelName() -> String? {
        if peek == UInt8(ascii: "\"") { return quoted().map { String(decoding: $0, as: UTF8.self) } }
        let start = position
        while let byte = peek, byte.isNameByte { position += 1 }
        return position > start ? String(decoding: line[start..<position], as: UTF8.self) : nil
    }

    /// A text in double quotes with `\\`, `\"` and `\n`; any other escape stands for itself, as Prometheus reads it.
    private mutating func quoted() -> [UInt8]? {
        guard peek == UInt8(ascii: "\"") else { return nil }
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = peek else { return nil }
                position += 1
                switch escaped {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(escaped)
                default: text += [byte, escaped]
                }
            default: text.append(byte)
            }
        }
        return nil
    }

    /// The value, and after it nothing but a timestamp and an exemplar.
    private mutating func value() -> Double? {
        guard let value = word().flatMap(Double.init(exposition:)) else { return nil }
        skipBlanks()
        if let byte = peek, byte != UInt8(ascii: "#"), byte != 0x0D {
            guard word().flatMap(Double.init(exposition:)) != nil else { return nil }
            skipBlanks()
        }
        return switch peek {
        case nil, UInt8(ascii: "#"), 0x0D: value
        default: nil
        }
    }

    private mutating func word() -> String? {
        skipBlanks()
        let start = position
        while let byte = peek, byte > 0x20, byte < 0x7F { position += 1 }
        guard start < position, position - start <= 64 else { return nil }
        return String(decoding: line[start..<position], as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension Double {
    /// A number as expositions and the HTTP API write it: `1e3`, `NaN`, `+Inf`.
    init?(exposition text: String) {
        switch text {
        case "NaN", "nan": self = .nan
        case "+Inf", "Inf", "+inf", "inf": self = .infinity
        case "-Inf", "-inf": self = -.infinity
        default: self.init(text)
        }
    }
}
