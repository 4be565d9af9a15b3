/// The one formatter of numbers, durations, sizes and times. It never calls a locale database: that would cost the
/// dashboard 60 MB of tables for a comma.
///
/// Numbers keep their column: give `padded` the width of the widest value that can come.
package struct Figures: Hashable, Sendable {
    /// How a language separates decimals and thousands.
    package enum Convention: String, CaseIterable, Sendable {
        /// `1.234,5`
        case argentine = "es_AR"
        /// `1,234.5`
        case english = "en"
    }

    package var convention: Convention
    /// Whether the terminal shows ASCII alone. There `≤` would be sent as `<`, which says something else.
    package var isPlain: Bool

    package init(_ convention: Convention = .argentine, isPlain: Bool = false) {
        self.convention = convention
        self.isPlain = isPlain
    }

    /// The sign of a bound that is kept by what is below it.
    package var atMost: String { isPlain ? "<=" : "≤" }
    /// The sign of a bound that is kept by what is above it.
    package var atLeast: String { isPlain ? ">=" : "≥" }

    private var decimalMark: String { convention == .argentine ? "," : "." }
    private var thousandsMark: String { convention == .argentine ? "." : "," }

    /// What stands in the place of a number that is none.
    package static let none = "–"

    // MARK: Numbers

    /// `1.234,5`, rounded half away from zero; `–` for what is not a number, `∞` for what is too large to be read.
    package func number(_ value: Double, decimals: Int = 0) -> String {
        guard !value.isNaN else { return Self.none }
        let scale = Self.powersOfTen[min(max(decimals, 0), Self.powersOfTen.count - 1)]
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e18 else { return value < 0 ? "−∞" : "∞" }
        let units = UInt64(scaled)
        let (whole, fraction) = units.quotientAndRemainder(dividingBy: UInt64(scale))
        var text = grouped(whole)
        if scale > 1 {
            let digits = String(fraction)
            text += decimalMark + String(repeating: "0", count: decimals - digits.count) + digits
        }
        // Minus nothing is nothing: -0,04 rounds to 0,0.
        return value < 0 && units != 0 ? "−" + text : text
    }

    /// `1.234`
    package func number(_ value: Int) -> String {
        (value < 0 ? "−" : "") + grouped(UInt64(value.magnitude))
    }

    /// A number in at most four digits, for a column: `0,1`, `87`, `1.204`, `41,2 k`, `3,4 M`.
    package func compact(_ value: Double) -> String {
        guard value.isFinite else { return number(value) }
        for (size, suffix) in [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")] where value.magnitude >= size {
            let scaled = value / (size == 1e4 ? 1e3 : size)
            return number(scaled, decimals: scaled.magnitude < 99.95 ? 1 : 0) + suffix
        }
        return number(value, decimals: value.magnitude < 9.95 && value.rounded() != value ? 1 : 0)
    }

    /// `97,2 %`, from 97.2.
    package func percent(_ value: Double, decimals: Int = 1) -> String { number(value, decimals: decimals) + " %" }

    /// `1.204/s`
    package func rate(_ perSecond: Double, per unit: String = "s") -> String { compact(perSecond) + "/" + unit }

    /// `$ 412.300`: pesos, the sign in front whatever the language.
    package func money(_ value: Double, symbol: String = "$", decimals: Int = 0) -> String {
        let amount = number(value.magnitude, decimals: decimals)
        return (value < 0 ? "−" : "") + symbol + " " + amount
    }

    /// `+8 %`, `−3 %`, `±0 %`: a change, in percent.
    package func change(_ percent: Double, decimals: Int = 0) -> String {
        let text = self.percent(percent.magnitude, decimals: decimals)
        guard percent.isFinite else { return Self.none }
        if text == self.percent(0, decimals: decimals) { return "±" + text }
        return (percent < 0 ? "−" : "+") + text
    }

    /// `2,0 GiB`, by powers of 1024.
    package func bytes(_ value: Double) -> String {
        guard value.isFinite else { return number(value) }
        var scaled = value
        var unit = 0
        // 1023,96 KiB would round to the five digits of 1.024,0: it is a MiB already.
        while scaled.magnitude >= 1023.95, unit < Self.byteUnits.count - 1 {
            scaled /= 1024
            unit += 1
        }
        return number(scaled, decimals: unit == 0 ? 0 : 1) + " " + Self.byteUnits[unit]
    }

    /// A text in a column of its own, against the right edge: as the value changes, no digit moves what stands beside it.
    package func padded(_ text: String, to width: Int) -> String { Text.padded(text, to: width, align: .trailing) }

    private func grouped(_ value: UInt64) -> String {
        let digits = String(value)
        guard digits.utf8.count > 3 else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { text += thousandsMark }
            text.append(digit)
        }
        return text
    }

    private static let powersOfTen: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
    private static let byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
}
