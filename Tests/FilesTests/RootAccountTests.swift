import Files
import Glibc
import TestSupport
import Testing

@Suite struct `The account of a root` {
    private static let other: uid_t = 10001

    @Test func `is the only one that may write, as far as root is concerned`() throws {
        let folder = try TemporaryFolder()
        let root = ArchiveRoot(path: folder.path)
        try root.requireOwnAccount()
        // Only root can give a folder away; anyone else's folder is another account's for root already.
        if geteuid() == 0 { try #require(chown(folder.path, Self.other, Self.other) == 0) }
        let error = #expect(throws: ArchiveError.self) { try root.requireOwnAccount(0) }
        #expect(error?.code == .permission)
        #expect(error?.message.hasPrefix("\(folder.path) belongs to ") == true)
        let owner = try #require(FileSystem.statusOfTarget(folder.path)?.owner)
        let name = AccountName.of(owner) ?? "'#\(owner)'"
        #expect(error?.message.hasSuffix("run `sudo -u \(name) callark …`") == true)
        // What an account other than root may write, the file system says.
        try root.requireOwnAccount(owner)
        try root.requireOwnAccount(Self.other + 1)
    }

    @Test func `is nobody's as long as the folder is missing`() throws {
        let folder = try TemporaryFolder()
        try ArchiveRoot(path: folder.path + "/missing").requireOwnAccount(0)
        #expect(!FileSystem.isFolder(folder.path + "/missing"))
    }

    @Test func `has the name that the machine knows`() {
        #expect(AccountName.of(0) == "root")
        #expect(AccountName.of(4_000_000_001) == nil)
    }
}
