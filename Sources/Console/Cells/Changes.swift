import Glibc

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
        // A cluster's index means something in its own frame only.
        let isComparable = clusters == previous.clusters
        // Through buffers: a frame is 12,000 cells, and after most keys all but a few rows of them are equal.
        cells.withUnsafeBufferPointer { new in
            previous.cells.withUnsafeBufferPointer { old in
                guard let newBase = new.baseAddress, let oldBase = old.baseAddress else { return }
                for y in 0..<size.height {
                    let row = y * size.width..<(y + 1) * size.width
                    let bytes = size.width * MemoryLayout<Cell>.stride
                    if isComparable, memcmp(newBase + row.lowerBound, oldBase + row.lowerBound, bytes) == 0 { continue }
                    var x = row.lowerBound
                    while x < row.upperBound {
                        guard differs(new[x], from: old[x], in: previous) else {
                            x += 1
                            continue
                        }
                        var first = x
                        while first > row.lowerBound, new[first].isTail { first -= 1 }
                        while x < row.upperBound, new[x].isTail || differs(new[x], from: old[x], in: previous) {
                            x += 1
                        }
                        body(y, first - row.lowerBound..<x - row.lowerBound)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func differs(_ new: Cell, from old: Cell, in previous: Frame) -> Bool {
        guard let newCluster = new.clusterIndex, let oldCluster = old.clusterIndex else { return new != old }
        // The index means something in its own frame only.
        return new.style != old.style || clusters[newCluster] != previous.clusters[oldCluster]
    }
}
