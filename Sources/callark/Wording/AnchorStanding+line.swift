import Anchors
import Evidence
import Payloads
import Recordings

extension AnchorStanding {
    /// The line of `status`.
    var line: AnchorLine {
        AnchorLine(
            name: anchor.name,
            kind: anchor.kind.rawValue,
            size: newest?.size,
            seenTime: newest?.time.description
        )
    }
}
