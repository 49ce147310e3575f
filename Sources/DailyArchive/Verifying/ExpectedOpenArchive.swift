/// What the manifest says of one open archive in the spool.
package struct ExpectedOpenArchive: Sendable {
    /// How far its two files are vouched for; a pass may be appending behind that.
    package var extent: ArchiveExtent
    /// Every recording in it.
    package var recordings: [ExpectedRecording]

    package init(extent: ArchiveExtent, recordings: [ExpectedRecording]) {
        self.extent = extent
        self.recordings = recordings
    }
}
