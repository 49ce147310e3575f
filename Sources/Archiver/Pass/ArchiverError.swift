/// An error of the archiver itself; the modules below it have their own errors.
package struct ArchiverError: Error, Sendable, CustomStringConvertible {
    package var code: Code
    /// What happened and what to do about it, on one line.
    package var message: String

    package enum Code: String, Sendable {
        /// The window is empty or in the future.
        case badWindow = "bad_window"
        /// In the configuration, an organization has another name or another ID than in the manifest.
        case otherOrganization = "other_organization"
        /// Too little space is left below the archive's root.
        case diskLow = "disk_low"
        /// A person or the system requested a stop.
        case stopped
        /// Neither the manifest nor the provider knows it.
        case notFound = "not_found"
        /// It exists, but is not available now.
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
