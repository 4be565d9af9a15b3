import ArgumentParser
import Launch
import Settings

/// A span on a command line, with its unit as everywhere (`90s`, `5m`, `48h`); a plain number is in the option's own unit, as it
/// was written before there was another way.
struct SpanArgument<Unit: SpanUnit>: ExpressibleByArgument {
    var span: Milliseconds

    init(_ span: Milliseconds) { self.span = span }

    init?(argument: String) {
        if let number = Int64(argument) {
            guard let milliseconds = number.multipliedSafely(by: Unit.span.count) else { return nil }
            span = Milliseconds(milliseconds)
            return
        }
        guard let span = try? Quantity.duration(argument) else { return nil }
        self.span = span
    }

    var defaultValueDescription: String { SpanText.text(span) }
}

extension Int64 {
    fileprivate func multipliedSafely(by other: Int64) -> Int64? {
        let (product, isOver) = multipliedReportingOverflow(by: other)
        return isOver ? nil : product
    }
}

/// What a plain number counts.
protocol SpanUnit {
    static var span: Milliseconds { get }
}

enum Seconds: SpanUnit { static let span = Milliseconds.seconds(1) }
enum Minutes: SpanUnit { static let span = Milliseconds.minutes(1) }
enum Hours: SpanUnit { static let span = Milliseconds.hours(1) }
enum Days: SpanUnit { static let span = Milliseconds.days(1) }
