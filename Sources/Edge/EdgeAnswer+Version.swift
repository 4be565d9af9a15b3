package import Launch
import Wire

extension AnswersPlan {
    /// The version that an answer of the application bears; nil where it bears none that is fit.
    package func version(in answer: EdgeAnswer) -> String? {
        let found: String?
        switch version {
        case .header(let name): found = answer.headers[name]
        case .json(let pointer): found = try? JSONPointer(pointer)?.text(in: answer.body)
        }
        guard let found, ReleaseVersion.isFit(found) else { return nil }
        return found
    }
}
