import Foundation
package import Launch

/// Tables of a time zone's offsets, from the tzdata of the machine that makes them.
package enum ZoneTable {
    private static let day: Int64 = 86_400

    /// The offsets of the zone `name` for `years` years before and after `time`.
    ///
    /// - Throws: ``Misfit`` with the nearest name when tzdata does not know it.
    package static func make(
        name: String, abbreviation: String, around time: Timestamp, years: Int = 10
    ) throws(Misfit) -> Zone {
        guard let zone = zone(named: name) else {
            let nearest = Nearest.hint(for: name, among: TimeZone.knownTimeZoneIdentifiers.sorted())
            throw Misfit("\(name.quoted) is not a time zone", hint: nearest ?? "as in America/Argentina/Buenos_Aires")
        }
        // Offsets are compared day by day and the second is found by bisection: `nextDaylightSavingTimeTransition`
        // passes over a change of the standard offset, which is what Argentina's congress debates.
        let first = time.seconds - Int64(years) * 366 * day
        let last = time.seconds + Int64(years) * 366 * day
        var transitions: [Zone.Transition] = []
        var offset = self.offset(of: zone, at: first)
        let base = offset
        for noon in stride(from: first + day, through: last, by: Int(day)) {
            let next = self.offset(of: zone, at: noon)
            guard next != offset else { continue }
            var before = noon - day
            var after = noon
            while after - before > 1 {
                let middle = before + (after - before) / 2
                if self.offset(of: zone, at: middle) == offset { before = middle } else { after = middle }
            }
            transitions.append(Zone.Transition(since: after, offset: Int32(next)))
            offset = next
        }
        return Zone(name: name, abbreviation: abbreviation, baseOffset: Int32(base), transitions: transitions)
    }

    /// The zone of an IANA name. Foundation also takes `GMT-3` and `ART`, which legacy tables put into Africa.
    private static func zone(named name: String) -> TimeZone? {
        guard name == "UTC" || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }

    private static func offset(of zone: TimeZone, at seconds: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
