import Files
import Transfer

/// Why a store did not do what it was asked: a code to decide by, and a line for people, without a signature or a
/// secret.
package struct ObjectStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// It could not be reached, or failed, in all attempts (69).
        case unreachable
        /// It does not accept the credentials, or there are none (77).
        case credentials
        /// It knows the credentials, and they may not do this (77).
        case denied
        /// A lock forbids it, or a policy that the store does not tell from a lock: for deleting versions and changing
        /// locks.
        case locked
        /// There is no such object or version.
        case notFound = "not_found"
        /// There is no such bucket (78).
        case noBucket = "no_bucket"
        /// Something exists where nothing may be replaced, or has changed.
        case precondition
        /// It has no room, or a quota is reached.
        case full
        /// The bytes that arrived, here or there, are not those that were sent, in all attempts.
        case damaged
        /// It does not know this kind of request, or refuses it as it is (78).
        case unsupported
        /// What was configured cannot be used (78).
        case misconfigured
        /// A file of this machine cannot be read (74).
        case local
        /// The task was cancelled.
        case cancelled
    }

    package var code: Code
    /// One line: what was asked of which object, what the store said, and what to do.
    package var message: String
    /// The HTTP status of its answer.
    package var status: Int?
    /// The store's own word for it, such as `AccessDenied`.
    package var storeCode: String?
    /// The ID by which the store's operator finds the request.
    package var requestID: String?

    package init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        storeCode: String? = nil,
        requestID: String? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.storeCode = storeCode
        self.requestID = requestID
    }

    /// Whether the same request can succeed later without anyone changing anything.
    package var isTransient: Bool { code == .unreachable || code == .damaged }

    package var description: String { message }
}
