import Manifest
import Recordings

/// What one organization's part of a pass found out, apart from what is in the manifest.
struct PassFindings: Sendable {
    /// The span that was listed: less than the window if the provider's clock is behind ours. `nil` if the listing did
    /// not finish.
    var listed: Range<Timestamp>?
    /// How often the listing may have left out a task. Such a task has no row, yet it keeps a pass from being complete.
    var listingDoubts = 0
    var callMetadata: CallMetadataFinding?
    var sources = SourceFindings()
}
