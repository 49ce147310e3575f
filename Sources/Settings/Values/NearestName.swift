/// Finds what somebody who misspelt a name most likely meant.
package enum NearestName {
    /// The names that most likely are meant, the best first: those that have `word` in them, and those that few edits part
    /// from it.
    package static func all(_ word: String, among names: [String], most: Int = 3) -> [String] {
        guard word.utf8.count <= 100 else { return [] }
        let lowered = word.lowercased()
        let letters = Array(lowered.unicodeScalars)
        let allowed = max(2, letters.count / 3)
        let near = names.compactMap { name -> (name: String, distance: Int)? in
            if name.lowercased().contains(lowered) { return (name, 0) }
            let edits = distance(letters, Array(name.lowercased().unicodeScalars))
            return edits <= allowed ? (name, edits) : nil
        }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(most).map(\.name)
    }

    /// `did you mean "archive.root"?`, or nothing where no name is near enough to be worth a guess.
    static func question(_ word: String, among names: [String]) -> String? {
        nearest(word, among: names).map { "did you mean \"\($0)\"?" }
    }

    /// The first of the names that fewest edits part from `word`, if these are at most a third of its letters, and two
    /// of a short one; letter case does not count.
    static func nearest(_ word: String, among names: [some StringProtocol]) -> String? {
        // Long text is no misspelt name, and the distance takes time by the product of the lengths.
        guard word.utf8.count <= 100 else { return nil }
        let letters = Array(word.lowercased().unicodeScalars)
        let allowed = max(2, letters.count / 3)
        let candidates = names.map { (name: $0, distance: distance(letters, Array($0.lowercased().unicodeScalars))) }
        return candidates.min { $0.distance < $1.distance }.flatMap { $0.distance <= allowed ? String($0.name) : nil }
    }

    /// How many letters must be put in, taken out, replaced or swapped with their neighbour (optimal string alignment).
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
