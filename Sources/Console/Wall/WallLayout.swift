/// Where everything stands on a wall.
struct WallLayout: Hashable {
    let header: Rect
    /// What must be known before anything else is believed; empty where there is nothing.
    let notices: Rect
    /// How all of it stands, in one line or one row of big letters.
    let band: Rect
    /// The picture whose turn it is.
    let page: Rect
    /// The mark that moves across the screen; empty where there is no row for it.
    let pulse: Rect
    /// Time and age in big letters; empty on all but a tall screen.
    let facts: Rect
    let footer: Rect

    init(_ size: Size, notices: Int) {
        let isTall = size.height >= 50
        let lines = min(notices, size.height >= 30 ? 3 : 1)
        let parts = Rect(origin: .zero, size: size).rows([
            .fixed(1), .fixed(lines), .fixed(size.height >= 36 ? BigText.height + 2 : 1), .fill(),
            .fixed(size.height >= 20 ? 1 : 0), .fixed(isTall ? BigText.height + 2 : 0), .fixed(1),
        ])
        (header, self.notices, band, page, pulse) = (parts[0], parts[1], parts[2], parts[3], parts[4])
        (facts, footer) = (parts[5], parts[6])
    }

    /// The layout for what there is to say now.
    init(_ model: Model) { self.init(model.size, notices: model.notices.count) }

    /// The picture and the band together, for what has all of the wall.
    var whole: Rect { Rect(x: band.x, y: band.y, width: band.width, height: band.height + page.height) }
}
