/// What the engine did by itself, newest last: a fold of ``ResponseEvent``s.
package struct ResponseLog: Hashable, Sendable {
    package static let limit = 100

    package struct Record: Hashable, Sendable, Identifiable {
        package var id: String { started?.id ?? ended?.id ?? "" }
        /// Nil: it was not begun (its limit was reached).
        package var started: ResponseEvent.Started?
        package var at: Moment
        package var ended: ResponseEvent.Ended?
        package var endedAt: Moment?
        package var response: String { started?.response ?? ended?.response ?? "" }
    }

    package private(set) var records: [Record] = []

    package init() {}

    package mutating func take(_ event: ResponseEvent, at moment: Moment) {
        switch event {
        // Nothing was done yet.
        case .waiting: return
        case .started(let body): records.append(Record(started: body, at: moment))
        case .ended(let body):
            if let index = records.lastIndex(where: { $0.id == body.id }) {
                records[index].ended = body
                records[index].endedAt = moment
            } else {
                records.append(Record(at: moment, ended: body, endedAt: moment))
            }
        }
        if records.count > ResponseLog.limit { records.removeFirst(records.count - ResponseLog.limit) }
    }
}
