import Actions
import Launch

extension OperatorIdentity {
    /// Who sits at the keyboard, for the screen's corner; whoever that cannot be told of is said to be so.
    static var screenName: String {
        do { return try current(host: Origin.name).who.name } catch { return "?" }
    }
}
