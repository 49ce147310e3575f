import DailyArchive
import Files
import Recordings

/// Compares the files of an organization's legacy sessions with the evidence log, which has the checksum of each.
struct LegacyComparison: Sendable {
    let root: ArchiveRoot
    let organization: OrganizationName
    let ledger: LogLedger

    /// Adds a fault to the report of a file that agrees with itself, and is not the one that was attached.
    func compare(_ file: LegacySessionFile, _ report: inout VerificationReport) {
        guard report.isSound, let digest = report.digest,
            let logged = ledger.legacyFiles.last(where: { $0.name == file.fileName }), logged.digest != digest
        else { return }
        let message =
            "\(file.path) has SHA-256 \(digest), and entry \(logged.entry) of the evidence log says that it had "
            + "\(logged.digest): it was changed, and its checksum with it; put back the file as it was attached"
        report.faults.append(ArchiveFault(kind: .evidence, archive: file.name, message: message))
    }

    /// The logged files of which nothing is left. Sessions that were lost are attached again in later files of the day.
    /// - Parameter present: the names of the files that are there, or whose checksum files are.
    func missing(_ present: Set<String>) -> [(day: ArchiveDay, report: VerificationReport)] {
        let logged = ledger.legacyFiles
        return logged.indices.compactMap { place -> (day: ArchiveDay, report: VerificationReport)? in
            let file = logged[place]
            let later = logged[(place + 1)...].filter { $0.day == file.day && present.contains($0.name) }
            let again = later.map(\.sessions).reduce(0, +)
            guard !present.contains(file.name), again < file.sessions else { return nil }
            return (file.day, report(missing: file))
        }
    }

    private func report(missing file: LogLedger.LegacyFile) -> VerificationReport {
        let folder = FileSystem.folder(of: root.legacySessionsPath(organization, file.day, 1))
        var report = VerificationReport(path: "\(folder)/\(file.name)")
        let message =
            "\(report.path) is missing, and entry \(file.entry) of the evidence log says that it was attached; put it back, or "
            + "else `callark legacy enrich --day \(file.day)` asks for its sessions again"
        report.faults = [ArchiveFault(kind: .archiveMissing, archive: file.name, message: message)]
        return report
    }
}
