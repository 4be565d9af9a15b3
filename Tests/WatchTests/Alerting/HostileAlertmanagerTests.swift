import Console
import Foundation
import Launch
import Testing

@testable import Watch

/// What an Alertmanager says, from its answer to the cells of a frame: nothing of it may command the terminal.
@Suite struct HostileAlertmanagerTests {
    private static let texts = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m", "\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}", "a\u{301}\u{301}\u{301}漢字👩‍👩‍👧‍👦",
        "\r\n\t\u{0}\u{85}\u{2028}", String(repeating: "label", count: 2_000), "\"}]},{\"labels\":{}", "   ",
    ]
    private static let now = Moment(
        utc: Timestamp(seconds: 1_795_770_414), uptime: .seconds(1000), boot: BootID(rawValue: 1))
    private static let plan = AlertmanagerPlan(name: "am-1", url: "http://127.0.0.1:9093", policy: "default")

    /// An Alertmanager whose every label, annotation, name and comment is one text.
    private static func answers(_ text: String) throws -> (alerts: [UInt8], silences: [UInt8]) {
        let started = "2026-11-27T09:00:00.000Z"
        let alerts: [[String: Any]] = ["critical", text].enumerated().map { index, severity in
            [
                "labels": ["alertname": text, "severity": severity, text: text, "host": "db-\(index)"],
                "annotations": ["summary": text, "description": text, "runbook_url": "https://b.example/" + text],
                "startsAt": started, "endsAt": started, "fingerprint": text, "generatorURL": text,
                "receivers": [["name": text]],
                "status": ["state": text, "silencedBy": [text], "inhibitedBy": [text], "mutedBy": [text]],
            ]
        }
        let silences: [[String: Any]] = [
            [
                "id": text, "matchers": [["name": text, "value": text, "isRegex": true, "isEqual": true]],
                "startsAt": started, "endsAt": "2026-11-28T09:00:00.000Z", "createdBy": text, "comment": text,
                "status": ["state": "active"],
            ]
        ]
        return (
            Array(try JSONSerialization.data(withJSONObject: alerts)),
            Array(try JSONSerialization.data(withJSONObject: silences))
        )
    }

    /// The screen of somebody whose engine has heard it.
    private static func model(_ text: String) throws -> Model {
        let answers = try answers(text)
        let alerts = try AlertmanagerCodec.alerts(answers.alerts, of: plan, origin: "bastion-1", now: now)
        let silences = try AlertmanagerCodec.silences(answers.silences, of: plan)
        #expect(alerts.count == 2 && silences.count == 1)
        var board = Board()
        board.apply(
            Manifest(
                product: Product(name: "BarberPro"), zone: .utc, environment: "test", series: [], panes: Panes()))
        func say(_ event: AlertEvent) { board.apply(Event(origin: "t", at: now, body: .alert(event))) }
        for silence in silences { say(.silenced(silence)) }
        for alert in alerts {
            say(.fired(.init(alert: alert.facts)))
            say(
                .suppressed(
                    .init(
                        alert: alert.facts.fingerprint, silences: alert.silences, inhibitors: alert.inhibitors)))
            say(
                .acknowledged(
                    .init(alert: alert.facts.fingerprint, by: text, way: .alertmanager, until: nil, comment: text)))
        }
        return Model(board: board, now: now, size: Size(width: 80, height: 24), mode: .operator(name: "ana"))
    }

    private static func expectSafe(_ model: Model, _ what: String) {
        var frame = Frame(size: model.size)
        view(model, into: &frame)
        for y in 0..<frame.size.height {
            for x in 0..<frame.size.width {
                guard let cell = frame[Point(x, y)] else { continue }
                for scalar in frame.scalars(of: cell) {
                    let isSafe =
                        scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
                        && !(0x200b...0x200f).contains(scalar.value) && !(0x2028...0x202e).contains(scalar.value)
                        && !(0x2066...0x2069).contains(scalar.value) && scalar.value != 0xfeff
                    if !isSafe { Issue.record("\(what): U+\(String(scalar.value, radix: 16)) at (\(x),\(y))") }
                }
            }
            #expect(Text.width(of: frame.text(row: y)) == frame.size.width, "\(what), row \(y)")
        }
        for link in frame.links {
            #expect(
                link.address.utf8.allSatisfy { $0 > 32 && $0 < 127 },
                "\(what): a link brings \(link.address.debugDescription)")
        }
    }

    @Test(arguments: texts.indices)
    func nothingOfItCommandsTheTerminal(index: Int) throws {
        _ = Charset.adopt()
        let model = try Self.model(Self.texts[index])
        for (width, height) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
            for keys in [
                [], ["3"], ["3", "z"], ["3", "z", "end"], ["3", "enter"], ["3", "z", "enter"],
                ["3", "z", "end", "enter"],
            ] {
                var model = model
                _ = model.update(.resize(Size(width: width, height: height)))
                for key in keys { if let key = Key(name: key) { _ = model.update(.key(key)) } }
                Self.expectSafe(model, "\(keys) at \(width)×\(height)")
            }
        }
    }

    @Test func longLabelsAreCutBeforeTheyAreKept() throws {
        let answers = try Self.answers(Self.texts[4])
        let alerts = try AlertmanagerCodec.alerts(answers.alerts, of: Self.plan, origin: "b", now: Self.now)
        for facts in alerts.map(\.facts) {
            for (name, value) in facts.labels.pairs { #expect(name.utf8.count <= 1024 && value.utf8.count <= 1024) }
            #expect(facts.summary.utf8.count <= 1024 && (facts.runbook?.utf8.count ?? 0) <= 1024)
        }
        #expect(try AlertmanagerCodec.silences(answers.silences, of: Self.plan)[0].comment.utf8.count <= 1024)
    }
}
