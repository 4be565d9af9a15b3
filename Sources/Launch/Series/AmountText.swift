/// Numbers with their unit as text that is kept: summaries of alerts, logs. The screen has its own, which keep columns.
package struct AmountText: Hashable, Sendable {
    package var style: FigureStyle

    package init(_ style: FigureStyle) { self.style = style }

    /// `93,4 %`, `250 ms`, `1 h 12 min`, `2,4 GiB`, `$ 412.300/h`
    package func amount(_ value: Double, _ unit: Unit) -> String {
        guard value.isFinite else { return "?" }
        switch unit {
        case .count: return number(value, decimals: value == value.rounded() ? 0 : 2)
        case .milliseconds:
            // From a second on in seconds: with dots for thousands, `2.087 ms` is read as two of them.
            if value.magnitude >= 10_000 { return span(value / 1000) }
            if value.magnitude >= 999.5 { return number(value / 1000, decimals: 1) + " s" }
            return number(value, decimals: value.magnitude < 9.95 ? 1 : 0) + " ms"
        case .seconds: return span(value)
        case .days: return number(value, decimals: value == value.rounded() ? 0 : 1) + " d"
        case .bytes: return bytes(value)
        case .bytesPerSecond: return bytes(value) + "/s"
        case .percent: return percent(value, decimals: value == value.rounded() ? 0 : value.magnitude < 1 ? 2 : 1)
        case .perSecond, .perMinute, .perHour:
            return number(value, decimals: value == value.rounded() || value.magnitude >= 100 ? 0 : 1) + unit.rawValue
        case .pesos: return money(value)
        case .pesosPerHour: return money(value) + "/h"
        case .verdict: return "\(Verdict(nagiosCode: Int(exactly: value) ?? 3))"
        case .text: return number(value, decimals: 0)
        }
    }

    /// `> 200 ms`, `< 99,95 %`
    package func bound(_ bound: Thresholds.Bound, _ unit: Unit) -> String {
        switch bound {
        case .above(let limit): "> \(self.limit(limit, unit))"
        case .below(let limit): "< \(self.limit(limit, unit))"
        }
    }

    /// A value that is told beside the bound that it crossed: with as many digits as tell the two apart.
    package func amount(_ value: Double, _ unit: Unit, against bound: Thresholds.Bound?) -> String {
        guard unit == .percent, value.isFinite, let limit = bound?.limit else { return amount(value, unit) }
        let told = Thresholds.told(value, beside: limit)
        return told.decimals > 1 ? percent(told.value, decimals: told.decimals) : amount(value, unit)
    }

    /// A bound stands with all its digits: 99.95 is not 100.
    private func limit(_ limit: Double, _ unit: Unit) -> String {
        unit == .percent ? percent(limit, decimals: Thresholds.decimals(of: limit)) : amount(limit, unit)
    }

    /// `0,1 %`, with as many decimals as are asked for, three at most.
    package func percent(_ value: Double, decimals: Int) -> String { number(value, decimals: decimals) + " %" }

    /// Seconds as the two largest units that say enough: `45 s`, `12 min`, `1 h 12 min`.
    package func span(_ seconds: Double) -> String {
        let sign = seconds < 0 ? "−" : ""
        let magnitude = seconds.magnitude
        if magnitude < 10, magnitude != magnitude.rounded() { return sign + number(magnitude, decimals: 1) + " s" }
        guard magnitude < 1e12 else { return sign + "∞" }
        let whole = Int64(magnitude.rounded())
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return sign + "\(days) d" + (hours > 0 ? " \(hours) h" : "") }
        if hours > 0 { return sign + "\(hours) h" + (minutes > 0 ? " \(minutes) min" : "") }
        if minutes > 0 { return sign + "\(minutes) min" + (whole % 60 > 0 && minutes < 10 ? " \(whole % 60) s" : "") }
        return sign + "\(whole) s"
    }

    private func bytes(_ value: Double) -> String {
        var scaled = value
        var unit = 0
        while scaled.magnitude >= 1023.95, unit < AmountText.byteUnits.count - 1 {
            scaled /= 1024
            unit += 1
        }
        return number(scaled, decimals: unit == 0 ? 0 : 1) + " " + AmountText.byteUnits[unit]
    }

    private func money(_ value: Double) -> String {
        (value < 0 ? "−" : "") + "$ " + number(value.magnitude, decimals: 0)
    }

    /// `1.234,5`, with as many decimals as are asked for, three at most.
    package func number(_ value: Double, decimals: Int) -> String {
        let scale: Double = [1, 10, 100, 1000][min(decimals, 3)]
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e18 else { return value < 0 ? "−∞" : "∞" }
        let (whole, fraction) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(scale))
        let digits = String(whole)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += style == .argentine ? "." : "," }
            text.append(digit)
        }
        if decimals > 0 {
            let end = String(fraction)
            text +=
                (style == .argentine ? "," : ".") + String(repeating: "0", count: decimals - end.count) + end
        }
        return value < 0 && scaled != 0 ? "−" + text : text
    }

    private static let byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
}
