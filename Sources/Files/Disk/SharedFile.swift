/// An open file with several users. It is closed with the last reference to it.
package final class SharedFile: Sendable {
    package let file: OpenFile

    /// Takes ownership of the file.
    package init(_ file: consuming OpenFile) {
        self.file = file
    }
}
