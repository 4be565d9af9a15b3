import Glibc

/// Wakes the thread that owns the terminal, from any other.
package struct Waker: Sendable {
    /// The writing end of a pipe that does not block.
    let descriptor: Int32

    /// Makes `readEvents` return with `.wake`; several calls before it does make one event.
    package func wake() {
        var byte: UInt8 = 0
        // A full pipe is fine: the reader has been woken already.
        _ = write(descriptor, &byte, 1)
    }
}
