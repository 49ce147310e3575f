extension EvidenceLog {
    /// Calls `body` with each entry, accepted ones included, the newest first, until it returns `false`. The epochs before this
    /// one follow. Nobody else writes meanwhile, so that no entry is missed.
    /// - Throws: ``EvidenceError``; what `body` throws.
    package func search(
        _ body: (_ entry: [UInt8]) throws(EvidenceError) -> Bool
    ) throws(EvidenceError) {
        try locked { _ throws(EvidenceError) in
            guard try LogReader(folder, key: key).forEachEntryBackwards(body) else { return }
            var previous = folder.previous
            while previous.exists {
                do throws(EvidenceError) {
                    guard try LogReader(previous).forEachEntryBackwards(body) else { return }
                } catch {
                    // A damaged epoch may be why there is another one: what is left of it was looked at.
                    guard error.code == .damaged else { throw error }
                    return
                }
                previous = previous.previous
            }
        }
    }
}
