import Manifest
import Recordings

/// What one organization's part of a pass has found out besides what is in the manifest.
struct PassFindings: Sendable {
    /// What was listed: not all of the window if the provider's clock is behind ours. `nil` if the listing did not come to
    /// its end.
    var listed: Range<Timestamp>?
    /// How often the listing may have left a task out. No row shows such a task, and yet it keeps a pass from being
    /// complete.
    var listingDoubts = 0
    var secondSource: SecondSourceFinding?
    var callMetadata: CallMetadataFinding?
    var witnesses = WitnessAccount()
}
