import Archiver
import Evidence
import Files
import Recordings
import Wiring

/// The log of one organization, as the commands use it.
struct LogAccess {
    let organization: OrganizationName
    let folder: LogFolder
    /// The key from the key file, to check the log with; `nil` if this account cannot read the file. The log is then
    /// checked with the key that it names itself.
    let confirmedKey: NoteKey?
    /// The newest state remembered beside the key, and its file; `nil` if this account cannot read it.
    let newest: (position: LogPosition, source: String)?
    private let keyFile: LogKeyFile

    /// The logs of the organizations that a command works on.
    /// - Throws: ``CommandError`` with exit code 66 for a name that the configuration does not have.
    static func all(_ names: [OrganizationName], in installation: Installation) throws -> [LogAccess] {
        try installation.organizations(named: names).map { organization in
            let folder = LogFolder(organization, in: installation.root.logsPath)
            let keyFile = installation.evidence.setup.keyFile
            let newest = try? keyFile.newest(organization)
            return LogAccess(
                organization: organization,
                folder: folder,
                confirmedKey: try? folder.confirmedKey(keyFile),
                newest: newest.map { ($0, keyFile.newestPath(organization)) },
                keyFile: keyFile
            )
        }
    }

    /// What the key file, or what is beside it, says against a log at this position, as far as this account can read that.
    func contradictions(at position: LogPosition) -> [LogReport.Fault] {
        do throws(EvidenceError) {
            guard try folder.confirmedKey(keyFile) != nil else { return [] }
            try keyFile.requireMemory(of: organization, at: position, in: folder)
            return []
        } catch {
            return [LogReport.Fault(error)]
        }
    }
}
