import Glibc

/// One sample of a metric that was asked for.
package struct ExpositionSample: Hashable, Sendable {
    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The place of its name among those asked for.
    package var metric: Int
    package var labels: [Label]
    package var value: Double

    /// The value of a label; a label that is not there equals the empty text, as in Prometheus.
    package subscript(label: String) -> String { labels.first { $0.name == label }?.value ?? "" }
}

/// Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0, chunk by chunk.
///
/// Only samples of the metrics asked for are taken apart; every other line costs the search for its end and a comparison, so
/// that an exposition of 100,000 lines is read in milliseconds and none of it is kept. A line that makes no sense does not
/// spoil the others, but a metric of which a line was lost is named in ``damaged``: a sum without it would be a lie.
package struct ExpositionParser: Sendable {
    /// The longest line that is read; a longer one counts as damaged.
    package static let lineLimit = 64 * 1024

    private let metrics: [[UInt8]]
    /// The beginning of a line whose end is in the next chunk.
    private var rest: [UInt8] = []
    private var isSkippingLine = false

    /// Lines that look like samples, of whatever metric.
    package private(set) var sampleLines = 0
    /// Lines that cannot be part of an exposition at all.
    package private(set) var strangeLines = 0
    /// The metrics of which a line could not be read.
    package private(set) var damaged: Set<Int> = []
    /// Whether OpenMetrics' `# EOF` was seen.
    package private(set) var sawEnd = false

    /// - Parameter metrics: the names of the samples to bring (with their suffixes: `_total`, `_bucket`).
    package init(metrics: [String]) { self.metrics = metrics.map { Array($0.utf8) } }

    /// Reads further bytes and calls `visit` for each sample of a metric asked for.
    package mutating func consume(_ chunk: some Sequence<UInt8>, visit: (ExpositionSample) -> Void) {
        if chunk.withContiguousStorageIfAvailable({ consume($0, visit: visit) }) == nil {
            Array(chunk).withUnsafeBufferPointer { consume($0, visit: visit) }
        }
    }

    /// Reads a last line without a line feed.
    package mutating func finish(visit: (ExpositionSample) -> Void) {
        let line = rest
        rest = []
        if !isSkippingLine, !line.isEmpty { line.withUnsafeBufferPointer { read($0, visit: visit) } }
        isSkippingLine = false
    }

    private mutating func consume(_ chunk: UnsafeBufferPointer<UInt8>, visit: (ExpositionSample) -> Void) {
        guard let base = chunk.baseAddress else { return }
        var start = 0
        while start < chunk.count {
            guard let found = memchr(base + start, 0x0A, chunk.count - start) else {
                keep(UnsafeBufferPointer(rebasing: chunk[start...]))
                return
            }
            let end = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            let line = UnsafeBufferPointer(rebasing: chunk[start..<end])
            start = end + 1
            if isSkippingLine {
                isSkippingLine = false
            } else if rest.isEmpty {
                read(line, visit: visit)
            } else {
                keep(line)
                let whole = rest
                rest = []
                if !isSkippingLine { whole.withUnsafeBufferPointer { read($0, visit: visit) } }
                isSkippingLine = false
            }
        }
    }

    private mutating func keep(_ part: UnsafeBufferPointer<UInt8>) {
        guard !isSkippingLine else { return }
        if rest.count + part.count <= Self.lineLimit {
            rest.append(contentsOf: part)
        } else {
            let head = rest + part.prefix(256)
            head.withUnsafeBufferPointer { line in
                if let metric = metric(of: line)?.index { damaged.insert(metric) }
            }
            strangeLines += 1
            rest = []
            isSkippingLine = true
        }
    }

    private mutating func read(_ line: UnsafeBufferPointer<UInt8>, visit: (ExpositionSample) -> Void) {
        guard let first = line.first, line.count <= Self.lineLimit else {
            strangeLines += line.isEmpty ? 0 : 1
            return
        }
        switch first {
        case UInt8(ascii: "#"):
            if line.elementsEqual("# EOF".utf8) { sawEnd = true }
        case UInt8(ascii: "\r") where line.count == 1:
            break
        case UInt8(ascii: "{"):
            // Prometheus 3 writes names beyond [a-zA-Z0-9_:] in quotes, as the first thing in the braces.
            var scanner = SampleScanner(line: line, position: 0)
            guard let (name, labels, value) = scanner.quotedSample() else {
                strangeLines += 1
                return
            }
            sampleLines += 1
            if let metric = metrics.firstIndex(of: name) {
                visit(ExpositionSample(metric: metric, labels: labels, value: value))
            }
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\t"):
            sampleLines += 1
            guard let (metric, position) = metric(of: line) else { return }
            var scanner = SampleScanner(line: line, position: position)
            if let (labels, value) = scanner.sample() {
                visit(ExpositionSample(metric: metric, labels: labels, value: value))
            } else {
                damaged.insert(metric)
            }
        default:
            strangeLines += 1
        }
    }

    /// Which of the metrics asked for the line is about, and where its name ends.
    private func metric(of line: UnsafeBufferPointer<UInt8>) -> (index: Int, end: Int)? {
        guard let base = line.baseAddress else { return nil }
        var start = 0
        while start < line.count, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        for (index, name) in metrics.enumerated() {
            let end = start + name.count
            guard end < line.count, memcmp(base + start, name, name.count) == 0 else { continue }
            switch line[end] {
            case UInt8(ascii: "{"), UInt8(ascii: " "), UInt8(ascii: "\t"): return (index, end)
            default: continue
            }
        }
        return nil
    }
}
