import Recordings

/// `{"type":"returned", …}`: an archive that was put back in its place, whole, from the vault.
package struct ReturnedArchiveLine: Encodable {
    let type = "returned"
    var organization: String
    var archive: String
    var day: ArchiveDay

    package init(_ name: ArchiveName) {
        organization = name.organization.description
        archive = name.description
        day = name.day
    }
}
