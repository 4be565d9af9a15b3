/// Where the present comes from. Production reads the kernel's clocks; tests and rewind bring their own.
package protocol Clock: Sendable {
    func now() -> Moment
}

/// A clock that stands still until it is moved: for tests and for rewind.
package struct FixedClock: Clock {
    package var moment: Moment
    package init(_ moment: Moment) { self.moment = moment }
    package func now() -> Moment { moment }
}
