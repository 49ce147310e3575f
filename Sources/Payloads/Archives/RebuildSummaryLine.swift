import Archiver
import Files
import Recordings

/// `{"type":"summary", …}` of `rebuild`.
package struct RebuildSummaryLine: Encodable {
    let type = "summary"
    var archives: Int
    var recordings: Int
    var stored: Int
    var unreadable: Int
    var faults: Int
    /// Whether every byte of the archives is intact, and the old manifest agreed with them.
    var sound: Bool
    /// In how many points the archives contradict the old manifest.
    var contradictions: Int
    /// The archives that the evidence log knows and that are nowhere, and how many of their recordings no archive has;
    /// absent if there are none.
    var gone: Int?
    var goneRecordings: Int64?
    var previousManifest: String?
    /// The archives that only the vault has, and what was asked of it; absent if it has none.
    var vaulted: Int?
    var vaultRequests: Int?
    var vaultBytes: Int64?

    package init(_ summary: Rebuild.Summary) {
        archives = summary.archives
        recordings = summary.recordings
        stored = summary.stored
        unreadable = summary.unreadable.count
        faults = summary.faults.count
        sound = summary.faults.isEmpty && summary.contradictions.isEmpty
        contradictions = summary.contradictions.count
        previousManifest = summary.previousManifest
        if !summary.gone.isEmpty {
            gone = summary.gone.count
            goneRecordings = summary.goneRecordings
        }
        guard summary.vaulted > 0 else { return }
        vaulted = summary.vaulted
        vaultRequests = summary.cost.requests
        vaultBytes = summary.cost.byteCount
    }

    private enum CodingKeys: String, CodingKey {
        case type, archives, recordings, stored, unreadable, faults, sound, contradictions, vaulted, gone
        case goneRecordings = "gone_recordings"
        case previousManifest = "previous_manifest"
        case vaultRequests = "vault_requests"
        case vaultBytes = "vault_bytes"
    }
}
