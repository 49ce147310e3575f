/// What a look at a suspect recording is compared with.
package struct SuspectLook: Hashable, Sendable {
    /// Of all that is held of it.
    package var digests: Set<ContentDigest>
    /// What came with the same bytes twice, an entity tag or a date: the provider may be asked whether it is another by now.
    /// `nil` to fetch everything.
    package var validator: String?
    /// Where the first version's bytes stand in its archive.
    package var path: String

    package init(digests: Set<ContentDigest>, validator: String?, path: String) {
        (self.digests, self.validator, self.path) = (digests, validator, path)
    }
}
