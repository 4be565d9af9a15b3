import Actions
import Foundation
import Launch

/// A flag as the commands print it: a line for people, an object for scripts.
struct FlagReport: Encodable {
    struct Variant: Encodable {
        var name: String
        var weight: Int
    }

    struct Ramp: Encodable {
        var id: String
        var steps: [Double]
        var everySeconds: Double
        var guards: [String]
        var step: Int
        var standing: String
        var reason: String
        var due: String?
    }

    var name: String
    var title: String?
    var listed: Bool
    var state: String
    var enabled: Bool?
    var rollout: Double?
    var share: Double?
    var version: Int64?
    var updatedBy: String?
    var updatedAt: String?
    var change: String?
    var algorithm: String?
    var salt: String?
    var stickiness: String?
    var variants: [Variant]?
    var allowed: Int?
    var fault: String?
    var ramp: Ramp?
    /// When it was so; of what was read just now, now.
    var asOf: String

    init(_ name: String, known: KnownFlag?, asOf: Timestamp) {
        self.name = name
        title = known?.title
        listed = known != nil
        state = "unknown"
        self.asOf = FlagReport.time(asOf)
    }

    mutating func take(_ flag: FeatureFlag, allowed count: Int, by algorithm: FlagAlgorithm) {
        state = flag.isEnabled ? "on" : "off"
        enabled = flag.isEnabled
        rollout = flag.rollout.percent
        share = flag.share.percent
        version = flag.version
        updatedBy = flag.updatedBy
        updatedAt = flag.updatedAt.map(FlagReport.time)
        change = flag.change
        self.algorithm = (flag.algorithm ?? algorithm).rawValue
        salt = flag.group
        stickiness = flag.stickiness.field
        variants = flag.variants.map { Variant(name: $0.name, weight: $0.weight) }
        allowed = count
    }

    mutating func take(_ ramp: FlagBoard.Ramp) {
        self.ramp = Ramp(
            id: ramp.id.text, steps: ramp.plan.steps.map(\.percent), everySeconds: ramp.plan.every.seconds,
            guards: ramp.plan.guards.map(\.name), step: ramp.turned?.step ?? 0,
            standing: ramp.turned?.standing.rawValue ?? "planned", reason: ramp.turned?.reason ?? "",
            due: (ramp.turned?.due).map(FlagReport.time))
    }

    static func time(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000).formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }

    /// For people: glyph, name, state, share, version, who and when, ramp.
    func line(isCurrent: Bool, by words: String, name width: Int, figures: FigureStyle) -> String {
        let glyph = !isCurrent ? "?" : state == "on" ? "●" : state == "off" ? "○" : fault == nil ? "?" : "✗"
        var parts = ["\(glyph) \(name.padding(toLength: max(width, name.count), withPad: " ", startingAt: 0))"]
        if let fault {
            parts.append("NO FLAG: \(fault)")
        } else if let rollout, let version {
            let share =
                rollout == rollout.rounded() ? "\(Int(rollout)) %" : AmountText(figures).percent(rollout, decimals: 2)
            parts.append(state == "on" ? "on   \(share)" : "off  (\(share) when on)")
            parts.append("v\(version)")
        } else {
            parts.append("not known")
        }
        if !words.isEmpty { parts.append(words) }
        if let ramp {
            parts.append(
                "ramp \(ramp.step)/\(ramp.steps.count) \(ramp.standing)"
                    + (ramp.reason.isEmpty ? "" : ": \(ramp.reason)"))
        }
        if !listed { parts.append("(not in the launch config)") }
        return parts.joined(separator: "  ")
    }
}
