import Anchors
import Evidence
import Payloads
import Recordings

extension AnchorStanding {
    /// The line that `status` has of it.
    package var line: AnchorLine {
        AnchorLine(
            name: anchor.name,
            kind: anchor.kind.rawValue,
            size: newest?.size,
            seenTime: newest?.time.description
        )
    }
}
