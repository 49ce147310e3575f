import DailyArchive
import Evidence
import Recordings

/// What is wrong with the evidence logs that a rebuild reads.
extension Rebuild {
    /// Names a log that this machine remembers to have written, and that is gone: nothing says any more what was sealed.
    func addMissingLog(of organization: OrganizationName, _ folder: LogFolder, _ summary: inout Summary) {
        guard let newest = try? logs.setup.keyFile.newest(organization) else { return }
        summary.faults.append(ArchiveFault(missing: folder, of: organization, newest))
    }

    /// Names a log that once had more entries: archives that were sealed since are not in it.
    func addOlderLog(
        _ ledger: LogLedger,
        of organization: OrganizationName,
        _ folder: LogFolder,
        _ summary: inout Summary
    ) {
        guard let position = ledger.position else { return }
        do throws(EvidenceError) {
            try logs.setup.keyFile.requireNotOlder(position, of: organization, in: folder)
        } catch {
            let name = "evidence log \(organization)"
            summary.faults.append(ArchiveFault(kind: .evidence, archive: name, message: "\(error)"))
        }
    }
}
