import Recordings

/// An organization as the manifest knows it.
package struct OrganizationRow: Hashable, Sendable {
    package var row: Int64
    package var name: OrganizationName
    package var id: OrganizationID
}
