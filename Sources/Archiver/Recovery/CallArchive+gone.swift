import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// Archives that are nowhere, and that the manifest knows from the evidence log alone: ``Rebuild`` put them there.
extension PassContext {
    /// Those of an organization that nothing makes up for yet.
    func goneArchives(_ organization: OrganizationName, day: ArchiveDay? = nil) async throws -> [ArchiveRow] {
        var gone: [ArchiveRow] = []
        for row in try await manifest.sealedArchives(organization: organization, day: day)
        where row.recordings > 0 && row.metadataOffset == nil && row.sealedTime == nil && row.supersededBy == nil {
            guard try row.vault?.evictedTime == nil && root.archives.byteCount(of: row.name) == nil else { continue }
            let members = try await manifest.archivedRecordings(in: row.name).collected()
            if members.isEmpty { gone.append(row) }
        }
        return gone
    }

    /// Has those count as made up for of which every recording is in another sealed archive by now, or explained.
    /// - Parameter onlyIfChanged: does not read the whole log again if, since the last pass that went through, nothing was sealed
    ///   or explained of the days of such archives.
    /// - Returns: their names.
    @discardableResult
    func settleGone(_ organization: OrganizationName, onlyIfChanged: Bool = false) async throws -> [ArchiveName] {
        var gone = try await goneArchives(organization)
        if onlyIfChanged, !gone.isEmpty {
            let changed = try await manifest.changedDays(among: Set(gone.map(\.name.day)), of: organization)
            gone.removeAll { !changed.contains($0.name.day) }
        }
        guard !gone.isEmpty else { return [] }
        let contents = try await LoggedContents.read(Set(gone.map(\.name)), of: organization, in: root)
        var settled: [ArchiveName] = []
        for row in gone where contents.recordings(of: row.name).count >= row.recordings {
            let account = try await GoneArchive.account(row.name, contents, manifest, in: root)
            guard account.lost.isEmpty, account.isSealed else { continue }
            let last = try await laterArchive(row.name)
            guard let successor = account.successor ?? last else { continue }
            try await manifest.noteSuperseded(row.name, by: successor, isAccounted: true)
            observer(.recovered(row.name, "is missing, and each of its recordings is in another archive or explained"))
            settled.append(row.name)
        }
        return settled
    }

    /// The last archive of the same day whose file exists, besides this one.
    private func laterArchive(_ name: ArchiveName) async throws -> ArchiveName? {
        for row in try await manifest.sealedArchives(organization: name.organization, day: name.day).reversed()
        where row.name != name {
            if try root.archives.byteCount(of: row.name) != nil { return row.name }
        }
        return nil
    }

    /// The days of gone archives of which everything is explained and that have no other archive: one with the lines of
    /// their calls makes up for them.
    func daysToRenew(_ gone: Set<ArchiveName>) async throws -> Set<ArchiveName> {
        var renewed: Set<ArchiveName> = []
        for (organization, names) in Dictionary(grouping: gone, by: \.organization) {
            let contents = try await LoggedContents.read(Set(names), of: organization, in: root)
            for name in names where !contents.recordings(of: name).isEmpty {
                let account = try await GoneArchive.account(name, contents, manifest, in: root)
                guard account.lost.isEmpty, account.isSealed, account.successor == nil else { continue }
                if try await laterArchive(name) == nil { renewed.insert(name) }
            }
        }
        return renewed
    }
}

extension CallArchive {
    /// Asks the providers for the calls of gone archives.
    /// - Parameter names: archives that were found damaged or missing.
    /// - Returns: those of them that only the evidence log knows, and the organizations that could not be asked.
    func fetchGone(
        _ names: Set<ArchiveName>
    ) async throws -> (gone: Set<ArchiveName>, failures: [OrganizationName: any Error]) {
        var all: Set<ArchiveName> = []
        var failures: [OrganizationName: any Error] = [:]
        for organization in Set(names.map(\.organization)).sorted() {
            let gone = Set(try await context.goneArchives(organization).map(\.name)).intersection(names)
            guard !gone.isEmpty else { continue }
            all.formUnion(gone)
            let contents = try await LoggedContents.read(gone, of: organization, in: context.root)
            var wanted: Set<TaskID> = []
            for name in gone {
                let account = try await GoneArchive.account(name, contents, context.manifest, in: context.root)
                wanted.formUnion(account.lost.map(\.taskID))
            }
            guard !wanted.isEmpty, !context.stop.isMade else { continue }
            guard allOrganizations.contains(where: { $0.name == organization }) else {
                let reason = "the configuration has no organization \(organization) to ask"
                failures[organization] = ArchiverError(.notAvailable, reason)
                continue
            }
            failures.merge(try await acquire(wanted.sorted(), organization: organization)) { first, _ in first }
        }
        return (all, failures)
    }
}
