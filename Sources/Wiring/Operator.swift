import Files
import Foundation
import Glibc
import Recordings
import Settings
import Text

/// The account that runs this process, for records that name a person.
package enum Operator {
    /// Variables that may name the person behind the account, for example behind `sudo`.
    private static let claimedBy = ["SUDO_USER", "LOGNAME", "USER"]
    /// Longer than any name.
    private static let longestName = 256

    /// The real user ID of the process.
    package static var uid: UInt32 { getuid() }

    /// The account with this number, as the actor of what it asks another process for.
    /// - Parameter claims: whom its own environment names.
    package static func actor(uid: UInt32, claims: [String: String]) -> Actor {
        let kept = claims.filter { claimedBy.contains($0.key) && !$0.value.isEmpty }
        let name = name(of: uid) ?? String(uid)
        let shown = kept.filter { $0.value != name }.mapValues { VisibleText.escaped(String($0.prefix(longestName))) }
        return Actor(name: name, uid: uid, claims: shown)
    }

    /// Whom this process's environment names behind the account.
    package static var claims: [String: String] {
        let environment = ProcessInfo.processInfo.environment
        return Dictionary(uniqueKeysWithValues: claimedBy.compactMap { name in environment[name].map { (name, $0) } })
    }

    /// The real user of the process. What the environment says is recorded as a claim, unless it agrees.
    package static var current: Actor {
        let name = name(of: uid) ?? String(uid)
        let environment = ProcessInfo.processInfo.environment
        var claims: [String: String] = [:]
        for variable in claimedBy {
            guard let claim = environment[variable], !claim.isEmpty, claim != name else { continue }
            claims[variable] = VisibleText.escaped(String(claim.prefix(longestName)))
        }
        return Actor(name: name, uid: uid, claims: claims)
    }

    /// - Returns: `nil` if the account has no name, as in most containers, or if it cannot be looked up.
    private static func name(of uid: uid_t) -> String? {
        AccountName.of(uid).map { VisibleText.escaped(String($0.prefix(longestName))) }
    }
}
