import Files
import Foundation
import Manifest
import Recordings
import Reports

extension VaultFigures {
    /// For people: what is there, what waits, and what is on the disk only.
    var text: String {
        var parts = ["\(Readable.count(confirmed.archives, "archive")) there, \(Readable.bytes(confirmed.bytes))"]
        if evicted.archives > 0 { parts.append("\(evicted.archives) of them not on the disk any more") }
        if waiting.archives > 0 { parts.append("\(waiting.archives) waiting, \(Readable.bytes(waiting.bytes))") }
        let rest = diskOnly.archives + offered.archives
        if rest > 0 { parts.append("\(rest) on the disk only (`callark vault push` puts them there)") }
        return parts.joined(separator: "; ")
    }
}

extension VaultLock {
    /// For people: what it is, and when that was shown.
    /// - Parameter check: the last one; `nil` if there was none.
    func text(_ check: VaultLockCheck?, _ timeZone: TimeZone) -> String {
        guard self != .none else {
            return "none: whoever may write to the vault may also delete what is archived there"
        }
        guard let check else { return "\(rawValue), not proven: run `callark vault check`" }
        let when = check.time.text(in: timeZone)
        if let breach = check.breaches.first { return "\(rawValue), NOT REAL: \(breach) (tried at \(when))" }
        if let doubt = check.doubt { return "\(rawValue), not proven: \(doubt) (tried at \(when))" }
        return check.proves(self)
            ? "\(rawValue), proven at \(when)" : "\(rawValue), not proven: run `callark vault check`"
    }
}
