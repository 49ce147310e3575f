/// The notice of the pass that runs: a small file for those who ask how far it is. It is worth nothing after a crash, so
/// that nothing is flushed.
extension ArchiveRoot {
    /// More than any notice has.
    private static let longestNotice = 1 << 20

    /// Puts a notice in the place of the one before it.
    package func writeNotice(_ bytes: [UInt8]) async throws(ArchiveError) {
        try await BlockingWork.run { _ throws(ArchiveError) in
            try FileReplacement(noticePath, flushing: .nothing).write(bytes)
        }
    }

    /// - Returns: `nil` if there is none. It may be of a pass that was killed.
    package func readNotice() throws(ArchiveError) -> [UInt8]? {
        try FileSystem.read(noticePath, limit: Self.longestNotice)
    }

    /// Takes the notice away, and what a process that was killed while it wrote one has left.
    package func removeNotice() {
        try? FileSystem.remove(noticePath)
        try? FileSystem.remove(FileReplacement.draftPath(of: noticePath))
    }
}
