import Recordings

/// What became of an export.
package struct CaseOutcome: Sendable {
    /// The folder of the case.
    package var path: String
    /// The SHA-256 of its `tagmanifest-sha256.txt`, by which the evidence log knows this export.
    package var manifest: ContentDigest
    package var calls = 0
    /// Recordings and transcripts.
    package var recordings = 0
    /// Their bytes.
    package var byteCount: Int64 = 0
    /// What should exist and is not in the case, explanations aside.
    package var missing = 0
    /// What is missing and was explained.
    package var explained = 0
    /// Recordings that are held and could not be exported, because their bytes are damaged: one line each.
    package var damage: [String] = []
    /// What a person should know besides: one line each.
    package var remarks: [String] = []
    /// The verifier keys of the logs, for the covering letter.
    package var keys: [Key] = []

    /// The key of one log.
    package struct Key: Sendable {
        package var organization: OrganizationName
        /// The SHA-256 of the public key, in hexadecimal.
        package var fingerprint: String
        /// The whole verifier key.
        package var vkey: String
    }
}
