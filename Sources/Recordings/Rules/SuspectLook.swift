/// What a check of a suspect recording is compared with.
package struct SuspectLook: Hashable, Sendable {
    /// The digests of all held versions.
    package var digests: Set<ContentDigest>
    /// The entity tag or date that came twice with the same bytes, so that the provider can be asked whether it has
    /// changed. `nil` to fetch everything.
    package var validator: String?
    /// Where the first version's bytes are in its archive.
    package var path: String

    package init(digests: Set<ContentDigest>, validator: String?, path: String) {
        (self.digests, self.validator, self.path) = (digests, validator, path)
    }
}
