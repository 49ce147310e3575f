import ArgumentParser
import Files
import Foundation
import Recordings
import Reports
import Vault
import Wiring

struct VaultCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Prove that the store's lock is real.",
        discussion: """
            Puts a small object that is locked for five minutes, and tries what the lock has to refuse: to shorten it, to \
            delete that version and, in governance mode, to bypass it with these credentials. Only refusals prove a lock: \
            there are stores that say an object is locked, and delete it. A policy refuses too: so the credentials have \
            to be able to delete an object that is not locked. Also tries whether the store refuses bytes with \
            a wrong checksum, which `vault.read_back: checksum` needs.

            A service does this each day. The outcome is kept, and `callark vault status` shows it. The object stays in \
            the bucket until its lock is over, and the next check removes it.

            EXAMPLES
              callark vault check

            EXIT CODES
              0   the lock is real, or `vault.lock` is none
              69  the store gives no answer in three attempts
              77  the store refuses the credentials
              78  the lock is not real, or refusals do not show it: what the store did is printed
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let vault = try VaultCommand.openBriefly(in: installation)
        let output = Output(json: common.json)
        defer { output.flush() }
        let check = try await vault.checkLock()
        try output.json(VaultCheckLine(check, vault.place, type: "summary"))
        output.text(vault.place)
        for line in VaultWords.lines(of: check) { output.text("  \(line)") }
        if !check.proves(check.lock) { throw ExitCode(ExitStatus.configuration.rawValue) }
    }
}

/// The outcome of a check, for programs.
struct VaultCheckLine: Encodable {
    var type: String
    var place: String
    var time: String
    var lock: String
    /// Whether the lock was tried and held; `null` without one.
    var proven: Bool?
    var breaches: [String]
    /// Why refusals do not show a lock.
    var doubt: String?
    var refusesWrongChecksums: Bool

    init(_ check: VaultLockCheck, _ place: String, type: String = "check") {
        self.type = type
        self.place = place
        time = check.time.description
        lock = check.lock.rawValue
        proven = check.lock == .none ? nil : check.proves(check.lock)
        breaches = check.breaches
        doubt = check.doubt
        refusesWrongChecksums = check.refusesWrongChecksums
    }

    enum CodingKeys: String, CodingKey {
        case type, place, time, lock, proven, breaches, doubt
        case refusesWrongChecksums = "refuses_wrong_checksums"
    }
}

/// What people read about a vault.
enum VaultWords {
    static func lines(of check: VaultLockCheck) -> [String] {
        var lines: [String] = []
        if check.lock == .none {
            lines.append("lock: none; whoever may write may also delete")
        } else if let doubt = check.doubt {
            lines.append("lock: cannot tell:")
            lines.append("- \(doubt)")
        } else if check.breaches.isEmpty {
            lines.append("lock: \(check.lock.rawValue), proven: the store refused")
        } else {
            lines.append("lock: NOT REAL; do not rely on this store:")
            lines += check.breaches.map { "- \($0)" }
        }
        lines.append(
            check.refusesWrongChecksums
                ? "checksums: wrong ones are refused; vault.read_back may be checksum"
                : "checksums: not checked by the store; all bytes are read back"
        )
        return lines
    }

    /// What the last check said, or that there was none.
    static func lastCheck(_ check: VaultLockCheck?, of lock: VaultLock, now: Timestamp, in zone: TimeZone) -> String {
        if lock == .none { return "lock: none; whoever may write may also delete" }
        guard let check else { return "lock: \(lock.rawValue), never proven; run `callark vault check`" }
        let when = "\(check.time.text(in: zone)), \(Readable.duration(max(.zero, now - check.time))) ago"
        if !check.breaches.isEmpty { return "lock: NOT REAL: \(check.breaches.joined(separator: "; ")) (\(when))" }
        if let doubt = check.doubt { return "lock: cannot tell: \(doubt) (\(when))" }
        guard check.proves(lock) else {
            return "lock: \(lock.rawValue), but only \(check.lock.rawValue) was proven; run `callark vault check`"
        }
        return "lock: \(lock.rawValue), proven \(when)"
    }
}
