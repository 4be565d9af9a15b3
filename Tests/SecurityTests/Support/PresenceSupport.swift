import Launch

extension Event.Body {
    /// Somebody opens a dashboard, or leaves it.
    static func presence(of name: String, isOpen: Bool = true) -> Event.Body {
        isOpen
            ? .presence(.opened(.init(session: name, by: Operator(name: name, uid: 1000, host: "h"))))
            : .presence(
                .closed(
                    .init(
                        session: name, why: .left,
                        keyAt: Moment(utc: Timestamp(seconds: 0), uptime: 0, boot: BootID(rawValue: 1)))))
    }
}
