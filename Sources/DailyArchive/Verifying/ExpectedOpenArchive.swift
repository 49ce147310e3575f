/// What the manifest says about one open archive in the spool.
package struct ExpectedOpenArchive: Sendable {
    /// The durable part of its two files; a pass may be appending after it.
    package var extent: ArchiveExtent
    /// Every recording in it.
    package var recordings: [ExpectedRecording]

    package init(extent: ArchiveExtent, recordings: [ExpectedRecording]) {
        self.extent = extent
        self.recordings = recordings
    }
}
