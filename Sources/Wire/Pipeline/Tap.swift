/// Something that sees all bytes on their way through a pipeline, in order, on a thread of its own: it may take its time, and
/// what comes before it waits.
package protocol Tap: AnyObject, Sendable {
    /// - Throws: what ends the pipeline.
    func take(_ bytes: UnsafeRawBufferPointer) throws
    /// All has come.
    ///
    /// - Throws: what is missing.
    func finish() throws
}

extension Tap {
    package func finish() throws {}
}
