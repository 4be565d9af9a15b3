import Launch
import Wire

extension BodyCheck {
    /// The version of what answered.
    static func version(_ source: HTTPTarget.VersionSource, of response: HTTPResponse) -> Measurement {
        switch source {
        case .header(let name):
            return response.headers[name].map { .text($0.bounded()) } ?? .missed("the answer has no header \(name)")
        case .json(let pointer):
            do {
                return .text(try value(at: pointer, in: JourneyWalk.Answer(response)).bounded())
            } catch {
                return .missed("\(error)".bounded())
            }
        }
    }
}
