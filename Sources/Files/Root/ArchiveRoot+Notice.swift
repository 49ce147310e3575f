/// The notice of the running pass: a small file that says how far it is. After a crash it is worthless, so nothing is
/// flushed.
extension ArchiveRoot {
    /// More than any notice needs.
    private static let longestNotice = 1 << 20

    /// Replaces the previous notice.
    package func writeNotice(_ bytes: [UInt8]) async throws(ArchiveError) {
        try await BlockingWork.run { _ throws(ArchiveError) in
            try FileReplacement(noticePath, flushing: .nothing).write(bytes)
        }
    }

    /// - Returns: `nil` if there is none. It may be that of a pass that was killed.
    package func readNotice() throws(ArchiveError) -> [UInt8]? {
        try FileSystem.read(noticePath, limit: Self.longestNotice)
    }

    /// Removes the notice, and what a process that was killed while it wrote one has left.
    package func removeNotice() {
        try? FileSystem.remove(noticePath)
        try? FileSystem.remove(FileReplacement.draftPath(of: noticePath))
    }
}
