import Evidence
import Files

/// What someone with root on the machine of a log, and thus with its key, could still change, and what would contradict that.
/// Tokens, witnesses and vaults are not asked here.
struct LogExposure {
    /// How many entries the newest state has that each kind of anchor has seen; `nil` if it has seen none.
    private let witnessed: Int64?
    private let stamped: Int64?
    private let commanded: Int64?
    /// What of the log could be replaced if nothing is known outside.
    private let all: String
    /// How the vault locks its copies; `nil` if it does not, or there is none.
    private let lock: VaultLock?

    /// - Parameters:
    ///   - size: the entries of the checkpoint.
    ///   - lock: of the vault that the log is copied to; `nil` if there is none.
    init(of folder: LogFolder, size: Int64, lock: VaultLock?) throws(EvidenceError) {
        witnessed = try folder.newestAnchoredSize(by: [.witness], within: size)
        stamped = try folder.newestAnchoredSize(by: [.timestamp], within: size)
        commanded = try folder.newestAnchoredSize(by: [.command], within: size)
        all = folder.previous.exists ? "all of this epoch" : "the whole log"
        self.lock = lock.flatMap { $0 == VaultLock.none ? nil : $0 }
    }

    /// One sentence.
    /// - Parameter entries: how many the log has, those included that are in no checkpoint.
    func text(entries: Int64) -> String {
        if let witnessed { return text(witnessed: witnessed, of: entries) }
        if let stamped {
            let copy =
                lock == nil
                ? "keep a copy of anchors/\(stamped) somewhere else"
                : "the vault has a copy of anchors/\(stamped) if it was put there, \(condition)"
            return "no witness fixes any entry; the first \(stamped) have a time stamp, if it is genuine "
                + "(`callark log verify` checks it): anyone with root here could replace \(all), but a new one would "
                + "have no time stamp as old; \(copy)"
        }
        if let commanded {
            return "no time stamp and no witness fixes any entry; a command was given the first \(commanded), which "
                + "are as fixed as what became of them there; without that, anyone with root here could replace "
                + all + notice
        }
        return "no anchor has seen a checkpoint: anyone with root here could replace \(all)\(notice); "
            + "keep a copy of the checkpoint somewhere else"
    }

    private func text(witnessed: Int64, of entries: Int64) -> String {
        let rest = "anyone with root here could still replace the \(entries - witnessed) after them"
        let later = (stamped ?? 0) - witnessed
        let stamp = later > 0 ? ", but the first \(later) of those would have no time stamp as old" : ""
        return "the first \(witnessed) entries are fixed by a witness, if its cosignature is genuine (`callark log "
            + "verify` checks it) and it keeps its memory; \(rest)\(stamp)"
    }

    /// Who would notice if there were no anchors.
    private var notice: String {
        lock == nil ? " unnoticed" : ", and only what the vault has locked of it would contradict that, \(condition)"
    }

    private var condition: String {
        let bypass = lock == .governance ? " and nobody may bypass it" : ""
        return "if the lock is real (`callark vault check`)\(bypass)"
    }
}
