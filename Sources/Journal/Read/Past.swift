package import Launch

/// The launch as it was.
package struct Past: Sendable {
    package var board: Board
    /// The instant that was asked for, on the clocks of the machine that recorded it: ages are taken against it.
    package var moment: Moment
}
