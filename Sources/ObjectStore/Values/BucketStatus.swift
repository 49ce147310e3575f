/// What a bucket is set up to do.
package struct BucketStatus: Hashable, Sendable {
    /// Whether what is overwritten or deleted stays as an older version.
    package enum Versioning: String, Hashable, Sendable {
        case enabled = "Enabled"
        case suspended = "Suspended"
        /// It never did.
        case never = "Never"
    }

    /// How long a version is locked if nothing else was asked for.
    package struct DefaultRetention: Hashable, Sendable {
        /// A number of days or years.
        package enum Span: Hashable, Sendable {
            case days(Int)
            case years(Int)
        }

        package var mode: ObjectRetention.Mode
        package var span: Span

        package init(mode: ObjectRetention.Mode, span: Span) {
            self.mode = mode
            self.span = span
        }
    }

    package var versioning: Versioning
    /// Whether versions can be locked, according to the store. Only a trial proves it.
    package var hasObjectLock: Bool
    package var defaultRetention: DefaultRetention?

    package init(versioning: Versioning, hasObjectLock: Bool, defaultRetention: DefaultRetention? = nil) {
        self.versioning = versioning
        self.hasObjectLock = hasObjectLock
        self.defaultRetention = defaultRetention
    }
}
