extension Frame {
    /// Calls `body` for each run of cells in a row that differ from `previous`: what a terminal that shows `previous`
    /// must be sent. A frame of another size differs everywhere. A run never begins or ends within a wide character.
    package func forEachChange(from previous: Frame?, _ body: (_ row: Int, _ columns: Range<Int>) -> Void) {
        guard let previous, previous.size == size else {
            if size.width > 0 {
                for y in 0..<size.height { body(y, 0..<size.width) }
            }
            return
        }
        for y in 0..<size.height {
            let start = y * size.width
            var x = 0
            while x < size.width {
                guard differs(from: previous, at: start + x) else {
                    x += 1
                    continue
                }
                var first = x
                while first > 0, cells[start + first].isTail { first -= 1 }
                while x < size.width, differs(from: previous, at: start + x) || cells[start + x].isTail { x += 1 }
                body(y, first..<x)
            }
        }
    }

    private func differs(from previous: Frame, at index: Int) -> Bool {
        let (new, old) = (cells[index], previous.cells[index])
        guard let newCluster = new.clusterIndex, let oldCluster = old.clusterIndex else { return new != old }
        // The index means something in its own frame only.
        return new.style != old.style || clusters[newCluster] != previous.clusters[oldCluster]
    }
}
