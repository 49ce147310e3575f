/// An open file that several use, and that is closed when the last of them lets go of it.
package final class SharedFile: Sendable {
    package let file: OpenFile

    /// Takes the file over.
    package init(_ file: consuming OpenFile) {
        self.file = file
    }
}
