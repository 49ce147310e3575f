import Glibc
import Recordings

extension ArchiveRoot {
    /// The result of ``initialize(as:)``.
    package struct Initialization: Sendable {
        package var identity: RootIdentity
        /// Whether the root had no identity before.
        package var isNew: Bool
        /// The archives in the root: sealed ones, and open ones in the spool.
        package var sealedArchives: Int
        package var openArchives: Int
    }

    /// The file that makes this folder an archive root.
    package var identityPath: String { "\(path)/callark.json" }

    /// The root's identity.
    /// - Throws: `.missing` if there is no such file: no one made this root, or its disk is not mounted. `.damaged` or
    ///   `.newer` if the file cannot be used; the system's error if it cannot be read.
    @discardableResult
    package func identity() throws(ArchiveError) -> RootIdentity {
        if let identity = try RootIdentity.read(identityPath) { return identity }
        throw ArchiveError(
            .missing,
            "no archive at \(path): run `callark init`, or is its disk not mounted?",
            path: path
        )
    }

    /// Gives the root an identity, durably, and creates the folder if it is missing. A root that has an identity keeps
    /// it, and its archives stay as they are.
    /// - Throws: `.foreign` if the folder is not empty and has nothing of Callark's in it, or is not a folder;
    ///   `.damaged` or `.newer` if it has an identity that cannot be used; the system's error if something cannot be
    ///   written.
    package func initialize(as identity: RootIdentity) throws(ArchiveError) -> Initialization {
        guard try FileSystem.status(of: path) == nil || FileSystem.isFolder(path) else {
            throw ArchiveError(.foreign, "\(path) is not a folder; choose another archive.root", path: path)
        }
        try requireOwnAccount()
        try FileSystem.createFolder(path)
        // Two processes at once would each report their own identity as the root's.
        let lock = try FileLock.awaited(.exclusive, of: OpenFile(path, O_RDONLY | O_DIRECTORY))
        defer { lock.release() }
        var initialization = Initialization(
            identity: identity,
            isNew: false,
            sealedArchives: try archives.list().count,
            openArchives: try openArchives().count
        )
        if let known = try RootIdentity.read(identityPath) {
            initialization.identity = known
            return initialization
        }
        if initialization.sealedArchives == 0, initialization.openArchives == 0 { try requireNothingForeign() }
        // Readable by everyone who can open the folder, because nothing in it is secret.
        try FileReplacement.durable(identityPath, mode: 0o644).write(identity.text)
        initialization.isNew = true
        return initialization
    }

    /// - Throws: `.foreign` if the folder is not empty and has nothing by which a root is recognized.
    private func requireNothingForeign() throws(ArchiveError) {
        // A new file system is not quite empty, and a process that was killed leaves a draft or a probe.
        let passedOver = ["lost+found", "callark.json.tmp", ".callark-probe"]
        let found = try FileSystem.names(in: path).filter { !passedOver.contains($0) }
        guard let first = found.first, try FileSystem.status(of: manifestPath) == nil,
            !FileSystem.isFolder(partsFolder), !FileSystem.isFolder(credentialsFolder)
        else { return }
        throw ArchiveError(
            .foreign,
            "\(path) is not empty and holds no Callark archive (it has \(first)); choose an empty folder as "
                + "archive.root",
            path: path
        )
    }
}
