import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

extension VerificationRun {
    /// Archives that the evidence logs say were sealed, and that neither the manifest nor the disk has. Nothing else is
    /// checked.
    package func gone(_ scope: Scope = Scope()) async throws -> [VerificationReport] {
        let ledgers = try await LogLedgers.read(root, keyFile: keyFile, organization: scope.organization)
        return try await findGone(ledgers, manifest, scope).map { path, fault in
            var report = VerificationReport(path: path)
            report.faults = [fault]
            return report
        }
    }

    /// Archives that an evidence log says were sealed, and that neither the manifest nor the disk has.
    func findGone(
        _ ledgers: LogLedgers,
        _ manifest: Manifest?,
        _ scope: Scope
    ) async throws -> [(path: String, fault: ArchiveFault)] {
        let lost = Set(try root.archives.lost())
        var faults: [(path: String, fault: ArchiveFault)] = []
        for (organization, ledger) in ledgers.all {
            // Only now, because a pass may have sealed an archive since the log was read.
            let known = Set(try await manifest?.sealedArchives(organization: organization).map(\.name) ?? [])
            let gone = try ledger.gone(organization, in: root, besides: known.union(lost))
                .filter { scope.covers($0.name) }
            for (archive, loss) in try await GoneArchive.losses(among: gone, of: organization, manifest, in: root) {
                faults.append((root.archivePath(archive.name), archive.fault(loss, in: root)))
            }
        }
        return faults
    }
}
