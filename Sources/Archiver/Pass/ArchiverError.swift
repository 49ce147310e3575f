/// Why the archiver did not do what it was asked, where the reason is its own; the modules below have their own errors.
package struct ArchiverError: Error, Sendable, CustomStringConvertible {
    package var code: Code
    /// What happened and what to do about it, on one line.
    package var message: String

    package enum Code: String, Sendable {
        /// The window is in the future, or empty.
        case badWindow = "bad_window"
        /// The configuration gives a name of the manifest's to another organization, or an organization of the manifest's
        /// another name.
        case otherOrganization = "other_organization"
        /// Too little space is left below the archive's root.
        case diskLow = "disk_low"
        /// A first signal asked for an end.
        case stopped
        /// Neither the manifest nor the provider knows of it.
        case notFound = "not_found"
        /// It is known, but cannot be had now.
        case notAvailable = "not_available"
        /// Bytes or rows are not what they should be.
        case damaged
    }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
