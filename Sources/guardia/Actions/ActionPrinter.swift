import Actions
import Foundation
import Launch

/// What an action prints while it runs and when it ends.
enum ActionPrinter {
    static func print(_ event: ActionEvent) {
        switch event {
        case .started(let start):
            Output.line("\(start.id)  \(start.by.signature)\(start.reason.isEmpty ? "" : ": \(start.reason)")")
        case .stepStarted(let step): Output.line("… \(step.step)")
        case .noted(let note): for line in note.text.split(separator: "\n") { Output.line("    \(line)") }
        case .stepEnded(let step): Output.line("\(mark(step.outcome)) \(step.step)  \(step.detail)")
        case .asked, .ended: break
        }
    }

    private static func mark(_ outcome: ActionEvent.StepEnded.Outcome) -> String {
        switch outcome {
        case .done: "✓"
        case .failed: "✗"
        case .skipped: "–"
        case .undecided: "?"
        }
    }

    private struct Report: Encodable {
        var id: String
        var outcome: String
        var summary: String
        var missing: [String]
        var split: String?
        var exit: Int32
    }

    static func print(_ result: ActionResult, _ id: ActionID, json: Bool) {
        if json {
            Output.json(
                Report(
                    id: id.text, outcome: result.outcome.rawValue, summary: result.summary, missing: result.missing,
                    split: result.split?.name, exit: result.outcome.exitCode))
            return
        }
        let words: String =
            switch result.outcome {
            case .done: "done"
            // What a deploy put on the idle colour stays there: it is no way back, and the light says so.
            case .wentBack where result.split != nil: "FAILED, and the traffic is where it was before"
            case .wentBack: "FAILED"
            case .refused: "REFUSED"
            case .preempted: "STOPPED"
            case .undecided: "A PERSON IS NEEDED"
            case .died: "DIED"
            }
        Output.line("\(words): \(result.summary)")
        if !result.missing.isEmpty { Output.line("not as it should be: \(result.missing.joined(separator: ", "))") }
    }
}
