import Recordings

/// What a full disk has left, and how much was to be written to it.
package struct DiskShortage: Hashable, Sendable, CustomStringConvertible {
    /// What this process may still use.
    package var space: DiskSpace
    /// How many bytes could not be written; `nil` if that is unknown, as for a new name in a folder.
    package var neededBytes: Int64?

    package init(space: DiskSpace, neededBytes: Int64?) {
        self.space = space
        self.neededBytes = neededBytes
    }

    package var description: String {
        let free =
            space.freeFiles == 0
            ? "no more files can be created (no free inodes)" : "\(text(space.freeBytes)) are free"
        return neededBytes.map { "\(free), \(text($0)) are needed" } ?? free
    }

    /// To the byte only if the two numbers would look alike otherwise.
    private func text(_ bytes: Int64) -> String {
        let isAlike = neededBytes.map { ByteSize.text($0) == ByteSize.text(space.freeBytes) } ?? false
        return isAlike ? "\(bytes) bytes" : ByteSize.text(bytes)
    }
}
