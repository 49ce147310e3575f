import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// An archive that the evidence log says was sealed or adopted, and that the manifest does not know and the disk does not
/// have.
struct GoneArchive: Sendable {
    var name: ArchiveName
    var sealed: LoggedArchive.Sealing
    /// The index of the entry.
    var entry: Int64

    /// What is left of what it had, as far as the manifest knows.
    /// - Parameter contents: what the log says about it.
    static func account(
        _ name: ArchiveName,
        _ contents: LoggedContents,
        _ manifest: Manifest,
        in root: ArchiveRoot
    ) async throws -> LossAccount {
        let survey = ArchiveSurvey(root: root, manifest: manifest)
        return try await manifest.account(
            for: contents.recordings(of: name),
            of: name,
            explainedSince: contents.damagedTime(of: name),
            altered: try await survey.altered(organization: name.organization, days: name.day...name.day)
        )
    }

    /// What of it is lost.
    /// - Parameter manifest: `nil` if there is none: nothing then says that another archive has any of it.
    /// - Returns: `nil` if everything that was in it is held elsewhere, or explained.
    func loss(
        _ contents: LoggedContents,
        _ manifest: Manifest?,
        in root: ArchiveRoot
    ) async throws -> Loss? {
        let logged = contents.recordings(of: name)
        guard let manifest else { return Loss(recordings: sealed.recordings, account: nil) }
        // Of the calls of an archive without recordings, a later one of the day has a line, or the next listing does.
        if sealed.recordings == 0 {
            let later = try await manifest.sealedArchives(organization: name.organization, day: name.day)
                .map(\.name).filter { $0 > name }
            for name in later where try root.archives.byteCount(of: name) != nil { return nil }
            return Loss(recordings: 0, account: nil)
        }
        let account = try await Self.account(name, contents, manifest, in: root)
        // The log may not say which recordings it had, for example of an archive that was adopted damaged.
        let unnamed = max(0, sealed.recordings - Int64(logged.count))
        guard account.lost.isEmpty, unnamed == 0 else {
            return Loss(recordings: Int64(account.lost.count) + unnamed, account: account)
        }
        return nil
    }

    /// Those of some gone archives of which something is lost, in their order. Reads the log once for all of them.
    static func losses(
        among gone: [GoneArchive],
        of organization: OrganizationName,
        _ manifest: Manifest?,
        in root: ArchiveRoot
    ) async throws -> [(archive: GoneArchive, loss: Loss)] {
        guard !gone.isEmpty else { return [] }
        let contents = try await LoggedContents.read(Set(gone.map(\.name)), of: organization, in: root)
        var losses: [(archive: GoneArchive, loss: Loss)] = []
        for archive in gone {
            guard let loss = try await archive.loss(contents, manifest, in: root) else { continue }
            losses.append((archive: archive, loss: loss))
        }
        return losses
    }

    /// How much of a gone archive is lost.
    struct Loss: Sendable {
        /// How many recordings.
        var recordings: Int64
        /// `nil` if there is no manifest that could say, or if it had no recordings.
        var account: LossAccount?
    }

    /// The fault that names it.
    func fault(_ loss: Loss, in root: ArchiveRoot) -> ArchiveFault {
        let path = root.archivePath(name)
        let had = sealed.recordings == 1 ? "1 recording" : "\(sealed.recordings) recordings"
        let lost =
            loss.recordings == sealed.recordings ? "" : ", \(loss.recordings) of which no other archive has"
        return ArchiveFault(
            kind: .archiveMissing,
            archive: name.description,
            message: "\(path) is missing, and entry \(entry) of the evidence log says that it was sealed with "
                + "\(had)\(lost); put it back and run `callark rebuild --discard-old`, or fetch its recordings again with "
                + "`callark verify --repair`"
        )
    }
}

extension LogLedger {
    /// The archives that it says were sealed or adopted, and that are not on the disk.
    /// - Parameter known: archives that are known anyway.
    func gone(
        _ organization: OrganizationName,
        in root: ArchiveRoot,
        besides known: Set<ArchiveName>
    ) throws(ArchiveError) -> [GoneArchive] {
        // The log has an archive before it moves from the spool to its place, so the spool is looked at first.
        let open = Set(try root.openArchives())
        var gone: [GoneArchive] = []
        for (text, archive) in archives.sorted(by: { $0.key < $1.key }) {
            guard let sealed = archive.sealed, let name = ArchiveName(text), name.organization == organization,
                !known.contains(name), !open.contains(name)
            else { continue }
            guard try root.archives.byteCount(of: name) == nil else { continue }
            gone.append(GoneArchive(name: name, sealed: sealed, entry: archive.entry))
        }
        return gone
    }
}
