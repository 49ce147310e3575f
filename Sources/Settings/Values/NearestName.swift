import Recordings

/// Finds the name that was most likely intended by a misspelt one.
package enum NearestName {
    /// The most likely names, best first: those that contain `word`, and those that differ from it by few edits.
    /// Capitals and accents do not count.
    package static func all(_ word: String, among names: [String], most: Int = 3) -> [String] {
        guard word.utf8.count <= 100 else { return [] }
        let folded = word.foldedName
        let letters = Array(folded.unicodeScalars)
        let allowed = max(2, letters.count / 3)
        let near = names.compactMap { name -> (name: String, distance: Int)? in
            if name.foldedName.contains(folded) { return (name, 0) }
            let edits = distance(letters, Array(name.foldedName.unicodeScalars))
            return edits <= allowed ? (name, edits) : nil
        }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(most).map(\.name)
    }

    /// `did you mean "archive.root"?`, or nothing if no name is similar enough.
    static func question(_ word: String, among names: [String]) -> String? {
        nearest(word, among: names).map { "did you mean \"\($0)\"?" }
    }

    /// The first of the names with the fewest edits from `word`, if these are at most a third of its letters, or two
    /// for a short word; capitals and accents do not count.
    static func nearest(_ word: String, among names: [some StringProtocol]) -> String? {
        // Long text is not a misspelt name, and the distance takes time proportional to the product of the lengths.
        guard word.utf8.count <= 100 else { return nil }
        let letters = Array(word.foldedName.unicodeScalars)
        let allowed = max(2, letters.count / 3)
        let candidates = names.map {
            (name: $0, distance: distance(letters, Array(String($0).foldedName.unicodeScalars)))
        }
        return candidates.min { $0.distance < $1.distance }.flatMap { $0.distance <= allowed ? String($0.name) : nil }
    }

    /// The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    private static func distance(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar]) -> Int {
        var twoBack: [Int] = []
        var previous = Array(0...to.count)
        for row in from.indices {
            var current = [row + 1]
            for column in to.indices {
                let replaced = previous[column] + (from[row] == to[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                    best = min(best, twoBack[column - 1] + 1)
                }
                current.append(best)
            }
            (twoBack, previous) = (previous, current)
        }
        return previous[to.count]
    }
}
