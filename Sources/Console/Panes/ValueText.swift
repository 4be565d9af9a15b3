import Launch

/// A value as it is read, in two parts, so that a column of values lines up where the number ends and the unit begins.
package struct ValueText: Hashable, Sendable {
    package var number: String
    package var unit: String

    /// Splits behind the last digit: `$ 412.300` and `/h`, `41,2` and ` k/s`.
    package init(_ text: String) {
        let end = text.unicodeScalars.lastIndex { ("0"..."9").contains($0) || $0 == "∞" }
        let split = end.map { text.unicodeScalars.index(after: $0) } ?? text.endIndex
        number = String(text[..<split])
        unit = String(text[split...])
    }

    /// The same for a column of so many cells: what does not fit loses its unit, and a number that would be cut is left
    /// out: half a number is a wrong one.
    init(_ text: String, room: Int) {
        self.init(text)
        if Text.width(of: text) > room { unit = "" }
        if Text.width(of: number) > room { number = "…" }
    }
}

extension Figures {
    /// A threshold as people write it: `200 ms`, `90 %`, without decimals that are none.
    func bound(_ limit: Double, unit: Unit) -> String {
        if unit == .percent { return percent(limit, decimals: Thresholds.decimals(of: limit)) }
        return value(limit, unit: unit)
    }

    /// A value that stands beside a bound: with as many digits as tell the two apart.
    func value(_ value: Double, unit: Unit, against limit: Double?) -> String {
        guard unit == .percent, value.isFinite, let limit else { return self.value(value, unit: unit) }
        let told = Thresholds.told(value, beside: limit)
        return told.decimals > 1 ? percent(told.value, decimals: told.decimals) : self.value(value, unit: unit)
    }

    /// A value beyond its bound in at most `room` cells: where the digits that tell the two apart have none, the last one is
    /// rounded away from the bound.
    func value(_ value: Double, unit: Unit, beyond bound: Thresholds.Bound, room: Int) -> String {
        let text = self.value(value, unit: unit, room: room)
        guard unit == .percent, value.isFinite, bound.isCrossed(by: value) else { return text }
        let exact = self.value(value, unit: unit, against: bound.limit)
        guard exact != text, Text.width(of: exact) > room else { return exact }
        let tenths = value * 10
        return switch bound {
        case .above: percent(tenths.rounded(.up) / 10, decimals: 1)
        case .below: percent(tenths.rounded(.down) / 10, decimals: 1)
        }
    }

    /// The same for a narrow column: without a unit where the value beside it is always written in that very unit.
    func shortBound(_ limit: Double, unit: Unit) -> String {
        let text = ValueText(bound(limit, unit: unit))
        return switch (unit, text.unit) {
        case (.milliseconds, " ms"), (.percent, _), (.days, " d"): text.number
        default: text.number + text.unit.filter { $0 != " " }
        }
    }

    /// A value in at most `room` cells; pesos, which grow without bound, are shortened (`$ 4,1 M/h`) where they must be.
    func value(_ value: Double, unit: Unit, room: Int) -> String {
        let text = self.value(value, unit: unit)
        guard Text.width(of: text) > room else { return text }
        return switch unit {
        case .pesos: "$ " + compact(value)
        case .pesosPerHour: "$ " + compact(value) + "/h"
        default: text
        }
    }
}

/// How wide the columns of a value are. They follow from the unit alone, never from the value of the moment: a number
/// that grows moves nothing.
struct ValueColumns: Hashable {
    var number: Int
    var unit: Int

    var width: Int { number + unit }

    init(number: Int, unit: Int) {
        self.number = number
        self.unit = unit
    }

    init(_ unit: Unit) {
        switch unit {
        case .count: self.init(number: 5, unit: 2)
        case .milliseconds: self.init(number: 4, unit: 3)
        case .seconds: self.init(number: 4, unit: 4)
        case .days: self.init(number: 4, unit: 2)
        case .bytes: self.init(number: 5, unit: 4)
        case .bytesPerSecond: self.init(number: 5, unit: 6)
        case .percent: self.init(number: 4, unit: 2)
        case .perSecond: self.init(number: 5, unit: 3)
        case .perMinute: self.init(number: 5, unit: 4)
        case .perHour: self.init(number: 5, unit: 2)
        case .pesos: self.init(number: 9, unit: 0)
        case .pesosPerHour: self.init(number: 9, unit: 2)
        case .verdict: self.init(number: 4, unit: 0)
        case .text: self.init(number: 7, unit: 0)
        }
    }

    /// The columns of a fact, which is written shorter: see ``Model/shortValue(of:)``.
    init(fact unit: Unit) {
        switch unit {
        case .percent: self.init(number: 4, unit: 2)
        case .count: self.init(number: 4, unit: 2)
        default: self.init(unit)
        }
    }

    /// Columns in which values of all these units stand one below the other.
    init(_ units: some Sequence<Unit>) {
        self.init(number: 3, unit: 0)
        for unit in units {
            let columns = ValueColumns(unit)
            number = max(number, columns.number)
            self.unit = max(self.unit, columns.unit)
        }
    }
}

extension Frame {
    /// Writes a value so that its number ends where the number column ends. A unit too long for its column pushes the
    /// number to the left rather than being cut.
    mutating func put(
        _ value: ValueText, at point: Point, columns: ValueColumns, _ role: Role, _ attributes: Attributes = []
    ) {
        let unit = Text.width(of: value.unit)
        let digits = Text.width(of: value.number, atMost: columns.width)
        let number = min(max(columns.number, digits), columns.width - unit)
        put(value.number, at: point, role, attributes, width: max(0, number), align: .trailing)
        put(value.unit, at: Point(point.x + number, point.y), role, attributes, width: unit)
    }
}
