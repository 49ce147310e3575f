import Recordings

/// `{"type":"side_file", …}`: a checksum file that a repair has rewritten.
package struct SideFileLine: Encodable {
    let type = "side_file"
    private let archive: String

    package init(_ archive: ArchiveName) {
        self.archive = archive.description
    }
}
