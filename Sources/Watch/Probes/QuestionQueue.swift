import Launch

/// The order in which a user's own questions are asked: those that were answered fastest first, so that a slow one takes its
/// time from none but slower ones.
struct QuestionQueue {
    private var questions: [(question: Question, took: Duration)]

    init(_ questions: [Question]) { self.questions = questions.map { ($0, .zero) } }

    var isEmpty: Bool { questions.isEmpty }

    /// The questions, fastest first; of equally fast ones those first that come first in the config.
    var ordered: [Question] {
        questions.enumerated().sorted { ($0.element.took, $0.offset) < ($1.element.took, $1.offset) }
            .map(\.element.question)
    }

    mutating func note(_ question: Question, took: Duration) {
        guard let index = questions.firstIndex(where: { $0.question.name == question.name }) else { return }
        questions[index].took = took
    }
}
