/// How recordings are fetched from the provider's media host.
package struct DownloadSettings: Sendable, Hashable {
    /// How many downloads run at once.
    package var concurrency: Int
    /// How many times one pass starts the download of one recording before it gives up for now.
    package var attempts: Int
    /// A download that receives nothing for this long is stopped and retried.
    package var stallTimeout: Duration
    /// The same for a download that receives fewer bytes per second than this, over that time.
    package var leastBytesPerSecond: Int
    /// Hosts from which recordings may be fetched, `*.example.com` for all below it; empty for any.
    package var allowedHosts: [String]
    /// Memory for recordings that are being received, in bytes, for all downloads together.
    package var memoryBytes: Int
    /// PEM certificates that are trusted in addition to the system's: an absolute path.
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
