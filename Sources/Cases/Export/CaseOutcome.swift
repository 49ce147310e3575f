import Recordings

/// What became of an export.
package struct CaseOutcome: Sendable {
    /// The folder of the case.
    package var path: String
    /// The SHA-256 of its `tagmanifest-sha256.txt`, by which the evidence log knows this export; `nil` until it is written.
    package var manifest: ContentDigest?
    package var calls = 0
    /// Recordings and transcripts.
    package var recordings = 0
    /// Their bytes.
    package var byteCount: Int64 = 0
    /// Calls that lack something that should exist, or that may still get something; explained ones are not counted.
    package var missing = 0
    /// Calls that lack something, with an explanation.
    package var explained = 0
    /// What was held and is not in the case, because it is damaged: one line each.
    package var damage: [String] = []
    /// What the case has and the log does not prove, or not completely: one line each.
    package var unproven: [String] = []
    /// What a person should know besides: one line each.
    package var remarks: [String] = []

    /// Whether the case has everything that its calls should have, or an explanation, and proves all of it.
    package var isComplete: Bool { missing == 0 && damage.isEmpty && unproven.isEmpty }
    /// The verifier keys of the logs, for the covering letter: the newest epoch of each organization first.
    package var keys: [Key] = []

    /// The key of one log.
    package struct Key: Hashable, Sendable {
        package var organization: OrganizationName
        /// The SHA-256 of the public key, in hexadecimal.
        package var fingerprint: String
        /// The whole verifier key.
        package var vkey: String
    }
}
