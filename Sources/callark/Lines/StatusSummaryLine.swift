/// The last line.
struct StatusSummaryLine: Encodable {
    let type = "summary"
    var root: String
    /// Whether a pass runs; absent if that cannot be found out.
    var running: Bool?
    var freeBytes: Int64?
    var totalBytes: Int64?
    var minimumFreeBytes: Int64
    var openArchives: Int
    var alarms: Int

    enum CodingKeys: String, CodingKey {
        case type, root, running, alarms
        case freeBytes = "free_bytes"
        case totalBytes = "total_bytes"
        case minimumFreeBytes = "minimum_free_bytes"
        case openArchives = "open_archives"
    }
}
