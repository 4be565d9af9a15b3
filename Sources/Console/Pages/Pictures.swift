import Launch

/// The parts of the screen as they were drawn last, each kept for as long as all that it is drawn from stays the same.
///
/// News come once a second and change everything; a key changes a border, an overlay or one list. With this, a key costs
/// what it changes. It is no state of the screen: a frame drawn with pictures is the frame drawn without.
package struct Pictures: Sendable {
    /// What is kept.
    enum Part: Hashable {
        case header, headline
        case pane(PaneID)
    }

    /// One part as it was drawn.
    struct Picture: Sendable {
        fileprivate var sources: Sources
        /// The cells, from the part's own upper left corner.
        var frame: Frame
        /// What stands at the right of a pane's title.
        var facts: [Span] = []
        /// What belongs upon a pane's border.
        var scrollbar: Scrollbar?
    }

    private var kept: [Part: Picture] = [:]

    package init() {}

    /// The picture of a part: the one that is kept, or a new one.
    mutating func picture(of part: Part, size: Size, model: Model, draw: (inout Picture) -> Void) -> Picture {
        let sources = Sources(of: part, size: size, model: model)
        if let picture = kept[part], picture.sources == sources { return picture }
        // Drawn into the storage of the one before it, where there is one.
        var picture = kept.removeValue(forKey: part) ?? Picture(sources: sources, frame: Frame(size: .zero))
        picture.sources = sources
        picture.frame.reset(size: size)
        picture.frame.redaction = model.redaction
        (picture.facts, picture.scrollbar) = ([], nil)
        draw(&picture)
        kept[part] = picture
        return picture
    }
}

/// All of a model that the parts of the screen are drawn from, apart from what never changes in the life of a model.
private struct Sources: Equatable, Sendable {
    let size: Size
    let revision: Int
    let asOf: Moment
    let frozenAt: Moment?
    let isSilent: Bool
    /// What the engine said last; it is looked at only where it is silent or does not record.
    let lastBeat: Moment?
    let notRecording: String?
    let filter: String
    /// The cursor of the pane.
    let list: ListState?
    // What the header and the headline show besides.
    let second: Int64?
    let readerNote: String?
    let reading: String?
    let width: Int

    init(of part: Pictures.Part, size: Size, model: Model) {
        self.size = size
        revision = model.revision
        asOf = model.asOf
        frozenAt = model.frozen?.now
        isSilent = model.isSilent
        lastBeat = isSilent ? model.board.heartbeat?.at : nil
        notRecording = model.board.heartbeat?.notRecording
        filter = model.filter
        reading = model.reading
        if case .pane(let pane) = part {
            (list, second, readerNote, width) = (model.lists[pane], nil, nil, 0)
        } else {
            (list, second, readerNote, width) = (nil, model.now.utc.seconds, model.readerNote, model.size.width)
        }
    }
}
