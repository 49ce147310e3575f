import Evidence
import Recordings

/// The last state that an anchor saw.
package struct AnchorStanding: Hashable, Sendable {
    /// A state that it has seen.
    package struct Seen: Hashable, Sendable {
        /// How many entries the state has.
        package var size: Int64
        /// When, by the anchor's clock; for a command, by this machine's.
        package var time: Timestamp
    }

    /// Which anchor.
    package var anchor: AnchorToken.Place.Anchor
    /// Whether files are exchanged with it by hand.
    package var isReachedByHand: Bool
    /// The newest state that it has seen, according to its tokens; `nil` if there is none, or if it cannot be read.
    package var newest: Seen?

    /// The last states that anchors saw, in the anchors' order. The tokens are not verified: ``AnchorVerification``
    /// does that.
    package static func all(of anchors: [Anchor], in folder: LogFolder) throws(EvidenceError) -> [AnchorStanding] {
        let tokens = try folder.newestTokens(of: Set(anchors.map(\.identity)))
        var standings: [AnchorStanding] = []
        for anchor in anchors {
            var standing = AnchorStanding(anchor: anchor.identity, isReachedByHand: anchor.isReachedByHand)
            if let place = tokens[anchor.identity], let time = try time(of: place, anchor, in: folder) {
                standing.newest = Seen(size: place.size, time: time)
            }
            standings.append(standing)
        }
        return standings
    }

    private static func time(
        of place: AnchorToken.Place,
        _ anchor: Anchor,
        in folder: LogFolder
    ) throws(EvidenceError) -> Timestamp? {
        let bytes = try folder.bytes(of: place)
        switch anchor.kind {
        case .timestamp: return try? TimeStamp.claimedTime(of: bytes)
        case .witness(_, let key):
            let checkpoint = try folder.checkpointBytes(ofAnchoredSize: place.size)
            return (try? Cosignature(bytes, of: checkpoint, by: key))?.time
        case .command: return CommandRecord(bytes)?.time
        }
    }
}
