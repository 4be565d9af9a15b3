import Launch

/// The question before the question: which version to deploy, or which colour to go back to where that is not known. It acts
/// on nothing: what is chosen is still to be confirmed.
package struct Choice: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case version, colour
        /// What is wrong, in words of one's own: to be escalated.
        case trouble
        /// What there is to say about an item of the checklist that is ticked, or whose tick is taken back.
        case checklist(item: String, tick: Bool, revision: Int)
        /// Which flag; and what is to become of it.
        case flag
        case share(of: String)
        /// What to say of a station; nil: of the whole poll.
        case word(of: String?)
    }

    /// What can be chosen from, and what is known of it.
    package struct Option: Hashable, Sendable {
        package var text: String
        package var note: String
        /// Another name of it, which may be typed as well.
        var alias: String?
    }

    package let subject: Subject
    package let options: [Option]
    package private(set) var field: TextField
    /// The option whose text is in the field.
    package private(set) var selected: Int?
    /// Why what is in the field cannot be chosen; said once Enter was pressed.
    package private(set) var trouble: String?
    /// Whether Enter acts at once, and no other key has come since Enter opened it: held down it must not answer the question.
    package private(set) var isHeld: Bool

    /// The longest sentence that is escalated: more does not fit an SMS of two parts.
    package static let troubleLimit = 200

    package init(_ subject: Subject, options: [Option]) {
        self.subject = subject
        self.options = options
        isHeld = if case .checklist = subject { true } else { false }
        let isSentence = isHeld || subject == .trouble
        field = TextField(limit: isSentence ? Choice.troubleLimit : ReleaseVersion.limit + 8)
    }

    package var text: String { field.text }

    /// Takes an option into the field.
    package mutating func move(to index: Int) {
        guard options.indices.contains(index) else { return }
        selected = index
        trouble = nil
        field.clear()
        field.insert(options[index].text)
    }

    package mutating func edit(_ change: (inout TextField) -> Void) {
        let before = field.text
        change(&field)
        guard field.text != before else { return }
        selected = options.firstIndex { $0.text == field.text } ?? (isOneOf ? only(matches) : nil)
        trouble = nil
    }

    /// Whether it must be one of the options: then a beginning that only one has names it.
    private var isOneOf: Bool {
        switch subject {
        case .flag, .colour, .word: true
        case .version, .trouble, .checklist, .share: false
        }
    }

    /// The options that what was typed may mean: those that begin with it, else those that have it somewhere.
    package var matches: [Int] {
        let typed = field.text.lowercased()
        guard !typed.isEmpty else { return [] }
        let texts = options.map { $0.text.lowercased() }
        let beginning = texts.indices.filter { texts[$0].hasPrefix(typed) }
        return beginning.isEmpty ? texts.indices.filter { texts[$0].contains(typed) } : beginning
    }

    private func only(_ indices: [Int]) -> Int? { indices.count == 1 ? indices[0] : nil }

    /// What is chosen: the option that the mark is on; else what was typed.
    package var chosen: String { isOneOf ? selected.map { options[$0].text } ?? field.text : field.text }

    package mutating func refuse(_ reason: String) { trouble = reason }

    /// Another key than the one that opened it has come.
    mutating func letGo() { (isHeld, trouble) = (false, nil) }
}
