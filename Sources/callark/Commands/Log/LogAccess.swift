import Evidence
import Files
import Recordings
import Wiring

/// The log of one organization, as commands find it.
struct LogAccess {
    let organization: OrganizationName
    let folder: LogFolder
    /// The key by which the log is checked, out of its key file; `nil` if this account cannot read that, and the log is checked
    /// with the key that it names itself.
    let confirmedKey: NoteKey?

    /// The logs of the organizations that a command is about.
    /// - Throws: ``CommandError`` with exit code 66 for a name that the configuration does not have.
    static func all(_ names: [OrganizationName], in installation: Installation) throws -> [LogAccess] {
        try installation.organizations(named: names).map { organization in
            let folder = LogFolder(organization, in: installation.root.logsPath)
            return LogAccess(
                organization: organization,
                folder: folder,
                confirmedKey: confirmedKey(of: folder, keyFile: installation.root.logKeyPath)
            )
        }
    }

    /// The key that the log names, if it is the one of the key file.
    private static func confirmedKey(of folder: LogFolder, keyFile: String) -> NoteKey? {
        guard let secret = try? LogKeyFile(path: keyFile).key(), let key = try? folder.publishedKey() else {
            return nil
        }
        return key.publicKey == secret.publicKey ? key : nil
    }
}
