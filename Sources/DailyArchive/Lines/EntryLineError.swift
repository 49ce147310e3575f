/// Why a line of an archive's metadata cannot be read.
package struct EntryLineError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}
