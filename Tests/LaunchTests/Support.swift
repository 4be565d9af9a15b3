import Launch

/// A moment `seconds` after a fixed beginning, on one boot.
func moment(_ seconds: Double, boot: UInt64 = 1) -> Moment {
    let offset = Milliseconds(Int64(seconds * 1000))
    return Moment(
        utc: Timestamp(seconds: 1_773_320_400) + offset, uptime: .seconds(1000) + offset, boot: BootID(rawValue: boot))
}

func series(
    _ id: SeriesID, unit: Unit = .milliseconds, interval: Milliseconds = 1000, thresholds: Thresholds? = nil
) -> Series {
    Series(id: id, title: id.name, unit: unit, interval: interval, thresholds: thresholds)
}
