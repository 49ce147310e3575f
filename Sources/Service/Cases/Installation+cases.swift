import Archiver
import Cases
import Files
import Manifest
import Recordings
import Settings
import Wiring

extension Installation {
    /// What exports calls of this archive.
    /// - Parameters:
    ///   - actor: the one who gets them.
    ///   - manifest: open for writing.
    package func caseExport(by actor: Actor, _ manifest: Manifest) -> CaseExport {
        CaseExport(
            root: root,
            manifest: manifest,
            evidence: evidence,
            actor: actor,
            timeZone: timeZone,
            version: version,
            isNotingRequired: settings.audit.isRequired,
            now: now
        )
    }

    /// What finds the calls of a case by their task IDs.
    package func caseSelection(of manifest: Manifest) -> CaseSelection {
        CaseSelection(of: manifest) { row in
            try await standpoint(of: row.organization, manifest, days: row.day...row.day)
        }
    }
}
