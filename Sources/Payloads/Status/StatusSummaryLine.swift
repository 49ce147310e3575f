/// The last line of `status`.
package struct StatusSummaryLine: Encodable {
    let type = "summary"
    var root: String
    /// Whether a pass runs; absent if that cannot be found out.
    var running: Bool?
    var freeBytes: Int64?
    var totalBytes: Int64?
    var minimumFreeBytes: Int64
    /// How many bytes were sealed for each of the last days; absent if it says nothing about how long the disk lasts.
    var bytesPerDay: Int64?
    var openArchives: Int
    var alarms: Int

    /// Sets every property.
    package init(
        root: String,
        running: Bool? = nil,
        freeBytes: Int64? = nil,
        totalBytes: Int64? = nil,
        minimumFreeBytes: Int64,
        bytesPerDay: Int64? = nil,
        openArchives: Int,
        alarms: Int
    ) {
        self.root = root
        self.running = running
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.minimumFreeBytes = minimumFreeBytes
        self.bytesPerDay = bytesPerDay
        self.openArchives = openArchives
        self.alarms = alarms
    }

    private enum CodingKeys: String, CodingKey {
        case type, root, running, alarms
        case freeBytes = "free_bytes"
        case totalBytes = "total_bytes"
        case minimumFreeBytes = "minimum_free_bytes"
        case bytesPerDay = "bytes_per_day"
        case openArchives = "open_archives"
    }
}
