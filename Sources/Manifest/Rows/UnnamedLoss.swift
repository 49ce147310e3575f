import Recordings

/// A damaged archive of whose recordings the manifest knows the number only: it came out of the evidence log.
package struct UnnamedLoss: Hashable, Sendable {
    package var archive: ArchiveName
    package var recordings: Int
}
