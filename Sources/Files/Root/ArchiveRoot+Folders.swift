import CGlibc
import Glibc
import Recordings

extension ArchiveRoot {
    /// Creates the missing folders below the root (mode 0750; 0700 for the credentials), and writes and removes a file
    /// in each to check that it can.
    /// - Throws: `.missing` if the root has no identity: nothing is then created, because its disk may not be mounted.
    ///   `.permission` as ``requireOwnAccount(_:)``.
    package func prepare() throws(ArchiveError) {
        try identity()
        try requireOwnAccount()
        try FileSystem.createFolder(archivesPath)
        try FileSystem.createFolder(spoolPath)
        try FileSystem.createFolder(partsFolder)
        try FileSystem.createFolder(credentialsFolder, mode: 0o700)
        for folder in [path, archivesPath, spoolPath, partsFolder, credentialsFolder] {
            try Self.probe(folder)
        }
    }

    /// Checks whether the root and its contents may be written to, and changes nothing. A full disk shows only when
    /// something is written.
    /// - Throws: `.permission` or `.readOnly`, naming the folder or file.
    package func requireWritable() throws(ArchiveError) {
        // AT_EACCESS, which glibc declares under _GNU_SOURCE only.
        let asEffectiveUser: Int32 = 0x200
        for folder in [path, archivesPath, spoolPath, partsFolder, credentialsFolder] where FileSystem.isFolder(folder)
        {
            _ = try interruptible("write to", folder) {
                faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, asEffectiveUser)
            }
        }
        if try FileSystem.status(of: manifestPath) != nil {
            _ = try interruptible("write to", manifestPath) {
                faccessat(AT_FDCWD, manifestPath, R_OK | W_OK, asEffectiveUser)
            }
        }
    }

    /// The space of the disk that the root is on.
    package func diskSpace() throws(ArchiveError) -> DiskSpace {
        try DiskSpace(at: path)
    }

    /// The network file system that the root is on, such as `nfs` or `fuse.sshfs`; `nil` for a local one.
    package func networkFileSystem() throws(ArchiveError) -> String? {
        var status = statfs()
        _ = try interruptible("look at the file system of", path) { statfs(path, &status) }
        var file = stat()
        _ = try interruptible("look at", path) { stat(path, &file) }
        let mounts = try? FileSystem.read("/proc/self/mountinfo", limit: 64 << 20)
        let device = UInt64(file.st_dev)
        return NetworkFileSystem.name(
            type: UInt32(truncatingIfNeeded: status.f_type),
            mount: mounts.flatMap {
                NetworkFileSystem.mountType(ofDevice: device, in: String(decoding: $0, as: UTF8.self))
            }
        )
    }

    /// The open archives in the spool, sorted, including those of which only the journal is left.
    package func openArchives() throws(ArchiveError) -> [ArchiveName] {
        var found: Set<ArchiveName> = []
        for file in try FileSystem.names(in: spoolPath) {
            for suffix in [".tar.open", ".jsonl"] where file.hasSuffix(suffix) {
                if let name = ArchiveName(file.dropLast(suffix.count)) { found.insert(name) }
            }
        }
        return found.sorted()
    }

    /// The files with that ending in the folders of archives, sorted by their paths.
    package func archiveFiles(ending suffix: String) throws(ArchiveError) -> [String] {
        var found: [String] = []
        for organization in try FileSystem.names(in: archivesPath) {
            for year in try Self.folders(in: "\(archivesPath)/\(organization)") {
                for month in try Self.folders(in: year) {
                    found += try FileSystem.names(in: month).filter { $0.hasSuffix(suffix) }.map { "\(month)/\($0)" }
                }
            }
        }
        return found
    }

    private static func folders(in path: String) throws(ArchiveError) -> [String] {
        guard FileSystem.isFolder(path) else { return [] }
        return try FileSystem.names(in: path).map { "\(path)/\($0)" }.filter(FileSystem.isFolder)
    }

    private static func probe(_ folder: String) throws(ArchiveError) {
        // One name for all processes, so that the next one removes what a killed one leaves.
        let path = "\(folder)/.callark-probe"
        _ = try OpenFile(path, O_WRONLY | O_CREAT, mode: 0o600)
        try FileSystem.remove(path)
    }
}
