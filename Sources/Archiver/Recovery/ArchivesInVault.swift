import Files
import Recordings

/// The archives that a vault has, by name, for reading those that are not on the disk.
final class ArchivesInVault: ArchivesElsewhere {
    /// Sorted by name.
    let archives: [ArchiveInVault]
    private let byName: [ArchiveName: ArchiveInVault]
    private let contents: any VaultContents

    private init(_ archives: [ArchiveInVault], in contents: any VaultContents) {
        self.archives = archives
        self.contents = contents
        byName = Dictionary(uniqueKeysWithValues: archives.map { ($0.name, $0) })
    }

    /// - Returns: `nil` without a vault.
    static func list(_ contents: (any VaultContents)?) async throws(VaultError) -> ArchivesInVault? {
        guard let contents else { return nil }
        return ArchivesInVault(try await contents.archives(), in: contents)
    }

    subscript(name: ArchiveName) -> ArchiveInVault? { byName[name] }

    /// Whether a copy has no lock, and should have one.
    func isUnlocked(_ name: ArchiveName) -> Bool {
        contents.lock != .none && byName[name].map { $0.copy.retainedUntil == nil } ?? false
    }

    func open(_ name: ArchiveName) throws(ArchiveError) -> (any ByteSource)? {
        byName[name].map { contents.open($0) }
    }

    /// Opens an archive whose metadata is read next.
    /// - Parameter again: fetches it again, because what was fetched before is damaged.
    func openMetadata(of archive: ArchiveInVault, again: Bool) async throws(VaultError) -> any ByteSource {
        try await contents.openMetadata(of: archive, again: again)
    }
}
