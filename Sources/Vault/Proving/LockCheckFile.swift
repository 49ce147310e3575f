import Files
import Foundation
import Recordings

/// The file with the outcome of the last check of the lock: `spool/vault-check.json`.
package struct LockCheckFile: Sendable {
    private let path: String
    private let place: String

    /// - Parameter place: the vault; a check of another one says nothing.
    package init(of root: ArchiveRoot, place: String) {
        path = "\(root.spoolPath)/vault-check.json"
        self.place = place
    }

    private struct Content: Codable {
        var place: String
        var time: Timestamp
        var lock: String
        var breaches: [String]
        var doubt: String?
        var refusesWrongChecksums: Bool

        enum CodingKeys: String, CodingKey {
            case place, time, lock, breaches, doubt
            case refusesWrongChecksums = "refuses_wrong_checksums"
        }
    }

    /// - Returns: `nil` if this vault was never checked.
    package func read() throws(ArchiveError) -> VaultLockCheck? {
        guard let bytes = try FileSystem.read(path, limit: 1 << 20),
            let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)), content.place == place,
            let lock = VaultLock(rawValue: content.lock)
        else { return nil }
        return VaultLockCheck(
            time: content.time,
            lock: lock,
            breaches: content.breaches,
            doubt: content.doubt,
            refusesWrongChecksums: content.refusesWrongChecksums
        )
    }

    package func write(_ check: VaultLockCheck) throws(ArchiveError) {
        let content = Content(
            place: place,
            time: check.time,
            lock: check.lock.rawValue,
            breaches: check.breaches,
            doubt: check.doubt,
            refusesWrongChecksums: check.refusesWrongChecksums
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = Array((try? encoder.encode(content)) ?? Data()) + Array("\n".utf8)
        try FileReplacement.durable(path).write(text)
    }
}
