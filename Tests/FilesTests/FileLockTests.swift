import Files
import Testing
import TestSupport

@Suite struct FileLockTests {
    @Test func `that is exclusive keeps everybody else out, other programs too, until it is released`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.lock"
        let lock = try #require(try FileLock.taken(.exclusive, at: path, mode: 0o600))
        #expect(try folder.mode("a.lock") == 0o600)
        #expect(try FileLock.taken(.exclusive, at: path) == nil)
        #expect(try FileLock.taken(.shared, at: path) == nil)
        #expect(try Tool.run("flock", "-n", "-E", "7", path, "true").status == 7)
        lock.release()
        lock.release()
        #expect(try Tool.run("flock", "-n", "-E", "7", path, "true").status == 0)
        #expect(try FileLock.taken(.exclusive, at: path) != nil)
        withExtendedLifetime(lock) {}
    }

    @Test func `that is shared keeps out only who wants it alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.lock"
        var locks = [try FileLock.taken(.shared, at: path), try FileLock.taken(.shared, at: path)]
        #expect(locks.allSatisfy { $0 != nil })
        #expect(try Tool.run("flock", "-s", "-n", "-E", "7", path, "true").status == 0)
        #expect(try Tool.run("flock", "-n", "-E", "7", path, "true").status == 7)
        locks[0] = nil
        #expect(try FileLock.taken(.exclusive, at: path) == nil)
        locks[1] = nil
        #expect(try FileLock.taken(.exclusive, at: path) != nil)
    }

    @Test func `of a file that cannot be made says so`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ArchiveError.self) {
            try FileLock.taken(.exclusive, at: folder.path + "/no/a.lock")
        }
        #expect(error?.code == .missing)
        #expect(error?.path == folder.path + "/no/a.lock")
    }
}
