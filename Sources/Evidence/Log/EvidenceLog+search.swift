extension EvidenceLog {
    /// Calls `body` with each entry, including accepted ones, newest first, until it returns `false`. The previous
    /// epochs follow, each with its own numbers and with the entries of its checkpoint. No one else writes during this, so no
    /// entry is missed.
    /// - Throws: ``EvidenceError``; errors of `body`.
    package func search(
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Bool
    ) throws(EvidenceError) {
        try locked { _ throws(EvidenceError) in
            let reader = try LogReader(folder, key: key)
            for (place, entry) in try reader.acceptedEntries().enumerated().reversed() {
                guard try body(reader.position.size + Int64(place), entry) else { return }
            }
            guard try reader.forEachEntryBackwards(body) else { return }
            for epoch in folder.epochs.dropFirst() {
                do throws(EvidenceError) {
                    guard try LogReader(epoch).forEachEntryBackwards(body) else { return }
                } catch {
                    // A damaged epoch may be why a newer one exists: whatever was left of it has been searched.
                    guard error.code == .damaged else { throw error }
                    return
                }
            }
        }
    }
}
