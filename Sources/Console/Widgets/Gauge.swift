/// A horizontal bar that is filled to a share.
package struct Gauge: Sendable {
    /// 0…1; nil, or what is not a number, leaves the track empty.
    package var fraction: Double?
    package var role: Role

    package init(_ fraction: Double?, role: Role = .gauge) {
        self.fraction = fraction
        self.role = role
    }

    /// Fills every row of the area alike. Something is never shown as nothing, nor less than all as all.
    package func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        var filled = 0
        if let fraction, fraction.isFinite, fraction > 0 {
            filled = Int((min(fraction, 1) * Double(area.width)).rounded())
            if area.width > 1 { filled = fraction >= 1 ? area.width : min(max(filled, 1), area.width - 1) }
        }
        for y in area.rows {
            for x in area.columns {
                let isFilled = x < area.x + filled
                frame.plot(isFilled ? "█" : "·", at: Point(x, y), isFilled ? role : .gaugeTrack)
            }
        }
    }
}
