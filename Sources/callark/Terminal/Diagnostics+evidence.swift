import Archiver
import Evidence

extension Diagnostics {
    /// Reports that an evidence log was created, and what to do with a new key.
    static func notice(_ begun: EvidenceLogs.Begun) {
        notice("\(begun.organization): started the evidence log \(begun.key.name), key \(begun.key.fingerprint)")
        guard let file = begun.newKeyFile else { return }
        notice("the key of the evidence logs is new: back up \(file), apart from the archive")
    }
}
