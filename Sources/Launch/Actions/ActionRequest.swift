/// An action as it is fired: confirmed, named, and nothing of it changes any more.
package struct ActionRequest: Hashable, Sendable {
    /// The name that the action's events will bear, so that whoever fired it can follow it.
    package var id: ActionID
    package var kind: ActionKind
    /// The words before `guardia`: `sudo -n -u guardia`.
    package var actAs: [String]
    /// The words after `guardia`, without ``id``.
    package var arguments: [String]

    package init(id: ActionID, kind: ActionKind, actAs: [String] = [], arguments: [String]) {
        self.id = id
        self.kind = kind
        self.actAs = actAs
        self.arguments = arguments
    }
}

/// What an operator wants done, before it is known how: a plan card is made from it anew each second.
package enum ActionIntent: Hashable, Sendable {
    case deploy(version: String)
    case rollback(to: String)
    /// These four are about the deploy of that name.
    case promote(ActionID)
    case abort(ActionID)
    case pause(ActionID)
    case approve(ActionID)
    // MARK: Alerts
    /// Takes an alert; nil: until it is over.
    case ack(Fingerprint, for: Milliseconds?)
    /// Gives it back.
    case unack(Fingerprint)
    case silence(SilenceOrder)
    case endSilence(String, of: Fingerprint)
    case escalate(EscalationOrder)
    /// A feature flag's share, switch or ramp.
    case flag(String, FlagOrder)
    // MARK: Readiness
    case readiness(ReadinessOrder)

    /// The action that it is about, where it is about one that was begun.
    package var subject: ActionID? {
        switch self {
        case .deploy, .rollback, .flag, .readiness: nil
        case .ack, .unack, .silence, .endSilence, .escalate: nil
        case .promote(let id), .abort(let id), .pause(let id), .approve(let id): id
        }
    }

    package var kind: ActionKind {
        switch self {
        case .deploy: .deploy
        case .rollback: .rollback
        case .promote: .promote
        case .abort: .abort
        case .pause: .pause
        case .approve: .approve
        case .ack, .unack: .ack
        case .silence, .endSilence: .silence
        case .escalate: .escalate
        case .flag(_, .ramp): .flagRamp
        case .readiness(let order): order.kind
        case .flag(_, .edit(let edit)): edit.isKill ? .flagOff : .flagSet
        }
    }
}

/// Words of a command line as a shell takes them.
package enum ShellWords {
    /// The words in one line; what a shell would not take as it stands is put in single quotes.
    package static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    package static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "._:@%/+,=-".utf8.contains(byte)
            }
        // In single quotes a shell reads everything as it is, save the quote itself.
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
