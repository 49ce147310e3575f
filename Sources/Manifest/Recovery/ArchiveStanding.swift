import Recordings

/// A sealed archive of a day, and how much of it counts.
package struct ArchiveStanding: Hashable, Sendable {
    /// Whether anything is wrong with it.
    package enum State: String, Hashable, Sendable, Codable {
        /// Nothing is known to be wrong.
        case sound
        /// Something in it is known to be changed or gone, and nothing makes up for that yet.
        case damaged
        /// Something in it is changed or gone, but other archives have it, or an operator has explained that it is
        /// lost.
        case repaired
    }

    package var archive: ArchiveRow
    package var state: State
    /// What is wrong with the archive itself; `nil` if only single recordings are damaged, or nothing is.
    package var reason: String?
    /// How many of its recordings count here, and are intact as far as is known.
    package var counting: Int
    /// How many of those that should count here are damaged.
    package var damaged: Int
    /// Its copies that do not count, in the order of the archive. If the archive has been found intact since, they are
    /// duplicates, whatever they were when they stopped counting.
    package var displaced: [DisplacedCopy]
    /// Which of its copies exist: disk, vault.
    package var copies: ArchiveCopies
    /// When all of its bytes were last read; `nil` if they were not since it was sealed.
    package var readTime: Timestamp?
}
