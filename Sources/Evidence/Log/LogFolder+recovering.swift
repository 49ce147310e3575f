import Recordings

/// A recovery ends when the log has adopted what it lacks. A file next to the log says that one has begun, so that the next
/// process finishes it if this one is killed.
extension LogFolder {
    private static let recoveryMark = ".recovering"

    /// `{root}/log/.acme.recovering`: of the same form as ``next``, so it is no organization's log.
    private var recoveryPath: String { "\(LogFiles.folder(of: path))/.\(name)\(Self.recoveryMark)" }

    /// Durably records that a recovery begins. Call it before anything is changed.
    package func noteRecovering() throws(EvidenceError) {
        let text = "callark log recover has begun here and has not ended; the next pass finishes it\n"
        try LogFiles.placeDurably(Array(text.utf8), at: recoveryPath, mode: 0o640)
    }

    /// Records that a recovery has ended. If a crash undoes this, the next pass finds nothing left to adopt.
    package func noteRecovered() throws(EvidenceError) { try LogFiles.remove(recoveryPath) }

    /// Whether a recovery has begun that has not ended. The log itself need not hold.
    package var isRecovering: Bool {
        get throws(EvidenceError) { try LogFiles.exists(recoveryPath) }
    }

    /// The organizations whose logs have such a recovery.
    /// - Parameter logs: `{root}/log`.
    package static func recovering(in logs: String) throws(EvidenceError) -> [OrganizationName] {
        var organizations: [OrganizationName] = []
        for file in try LogFiles.names(in: logs) where file.hasPrefix(".") && file.hasSuffix(recoveryMark) {
            guard let name = OrganizationName(file.dropFirst().dropLast(recoveryMark.count)) else { continue }
            organizations.append(name)
        }
        return organizations
    }
}
