package import Launch
import Synchronization
import Wire

/// Sees a dump pass and knows what is in it.
package final class ArchiveTap: Tap {
    private let parser = Mutex(ArchiveParser())
    private let gauge: StreamGauge?

    /// - Parameter gauge: is told of the bytes.
    package init(_ gauge: StreamGauge? = nil) { self.gauge = gauge }

    package func take(_ bytes: UnsafeRawBufferPointer) throws {
        try gauge?.take(bytes.count)
        try parser.withLock { parser throws(ArchiveFault) in try parser.take(bytes) }
        if let gauge { gauge.name(parser.withLock { $0.table }) }
    }

    package func finish() throws { try parser.withLock { parser throws(ArchiveFault) in try parser.finish() } }

    /// What passed so far; all of it, once the pipeline has ended well.
    package var tables: [BackupManifest.Table] { parser.withLock { $0.tables } }
    package var objects: [String: Int] { parser.withLock { $0.contents?.objects ?? [:] } }
    /// The table whose rows passed last.
    package var table: String? { parser.withLock { $0.table } }
}
