import Wire

/// Why a backup or a drill came to nothing.
package struct BackupError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// It must not be done, and nothing was.
        case refused
        /// It is encrypted to another key than the one at hand.
        case wrongKey
        /// Something on the way failed.
        case failed
        /// The backup itself is damaged.
        case damaged(table: String?)
    }

    package var kind: Kind
    package var reason: String

    package init(_ kind: Kind = .failed, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }

    package var table: String? { if case .damaged(let table) = kind { table } else { nil } }

    /// Any error on the way as one of these.
    init(_ error: any Error, doing what: String) {
        switch error {
        case let error as BackupError: self = error
        case let error as Pipeline.Failure:
            let fault = error.cause as? ArchiveFault
            self.init(.failed, "\(what): \(fault?.description ?? error.description)")
        default: self.init(.failed, "\(what): \(error)")
        }
    }
}
