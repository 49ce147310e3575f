import Glibc

extension ArchiveRoot {
    /// Refuses to let root write below a root folder of another account, whose service could not use what root leaves
    /// there. A missing folder belongs to no one yet.
    /// - Parameter account: the effective user ID of this process.
    /// - Throws: `.permission`, with what to run instead.
    package func requireOwnAccount(_ account: uid_t = geteuid()) throws(ArchiveError) {
        guard account == 0, let owner = FileSystem.statusOfTarget(path)?.owner, owner != 0 else { return }
        let name = AccountName.of(owner)
        throw ArchiveError(
            .permission,
            "\(path) belongs to \(name ?? "uid \(owner)"), which could not use files that root writes there; run "
                + "`sudo -u \(name ?? "'#\(owner)'") callark …`",
            path: path
        )
    }
}
