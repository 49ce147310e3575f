import Evidence
import Recordings

/// The outcome of giving a checkpoint to one anchor.
package struct AnchorOutcome: Sendable {
    /// Which anchor.
    package var anchor: AnchorToken.Place.Anchor
    /// How many entries the checkpoint has.
    package var size: Int64
    /// When the anchor says that it saw the checkpoint, or why it did not.
    package var result: Result<Timestamp, AnchorError>

    /// Sets every property.
    package init(anchor: AnchorToken.Place.Anchor, size: Int64, result: Result<Timestamp, AnchorError>) {
        self.anchor = anchor
        self.size = size
        self.result = result
    }

    /// Why it failed; `nil` if it did not.
    package var failure: AnchorError? {
        if case .failure(let error) = result { error } else { nil }
    }
}
