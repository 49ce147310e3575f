/// How recordings are fetched from the provider's media host.
package struct DownloadSettings: Sendable, Hashable {
    /// How many downloads run at once.
    package var concurrency: Int
    /// How often one pass begins the download of one recording before it gives up for now.
    package var attempts: Int
    /// A download that brings no byte for this long is broken off and tried again.
    package var stallTimeout: Duration
    /// The same for one that brings fewer bytes a second than this, over that time.
    package var leastBytesPerSecond: Int
    /// Hosts that recordings may be fetched from, `*.example.com` for all below it; empty for any.
    package var allowedHosts: [String]
    /// How many bytes of recordings on their way are held in memory, all downloads together.
    package var memoryBytes: Int
    /// PEM certificates that are trusted beside those of the system: an absolute path.
    package var additionalCertificatesFile: String?

    package init(
        concurrency: Int,
        attempts: Int,
        stallTimeout: Duration,
        leastBytesPerSecond: Int,
        allowedHosts: [String],
        memoryBytes: Int,
        additionalCertificatesFile: String?
    ) {
        self.concurrency = concurrency
        self.attempts = attempts
        self.stallTimeout = stallTimeout
        self.leastBytesPerSecond = leastBytesPerSecond
        self.allowedHosts = allowedHosts
        self.memoryBytes = memoryBytes
        self.additionalCertificatesFile = additionalCertificatesFile
    }
}
