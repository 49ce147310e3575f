import Foundation
import Testing
import TestSupport

@testable import Files

@Suite struct NetworkFileSystemTests {
    /// `f_type` as in statfs(2) and `linux/magic.h`.
    @Test(
        arguments: [
            (0x6969, "nfs"), (0xff53_4d42, "cifs"), (0xfe53_4d42, "smb2"), (0x517b, "smb"), (0x0102_1997, "9p"),
            (0x00c3_6400, "ceph"), (0x5346_414f, "afs"), (0x6b41_4653, "kafs"), (0x0bd0_0bd0, "lustre"),
            (0x7375_7245, "coda"), (0x4750_4653, "gpfs"),
        ] as [(UInt32, String)]
    )
    func `is known by its number`(type: UInt32, name: String) {
        #expect(NetworkFileSystem.name(type: type, mount: nil) == name)
    }

    /// ext4, xfs, btrfs, tmpfs, overlayfs, zfs, f2fs, and FUSE without a known subtype.
    @Test(
        arguments: [
            0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0x2fc1_2fc1, 0xf2f5_2010, 0x6573_5546,
        ] as [UInt32]
    )
    func `is not a local one`(type: UInt32) {
        #expect(NetworkFileSystem.name(type: type, mount: nil) == nil)
        #expect(NetworkFileSystem.name(type: type, mount: "fuseblk") == nil)
    }

    @Test func `by FUSE is known by the type of its mount`() {
        let fuse: UInt32 = 0x6573_5546
        for type in ["fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.ceph-fuse"] {
            #expect(NetworkFileSystem.name(type: fuse, mount: type) == type)
        }
        for type in ["fuse.gocryptfs", "fuse.fuse-overlayfs", "fuse.mergerfs"] {
            #expect(NetworkFileSystem.name(type: fuse, mount: type) == nil)
        }
    }

    @Test func `is found among the mounts by its device`() {
        let mounts = """
            25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
            99 25 0:52 / /mnt/far rw,nosuid,nodev shared:40 master:7 - fuse.sshfs me@far:/srv rw,user_id=0
            97 25 0:51 / /mnt/odd\\040name rw - tmpfs tmpfs rw
            """
        #expect(NetworkFileSystem.mountType(ofDevice: 52, in: mounts) == "fuse.sshfs")
        #expect(NetworkFileSystem.mountType(ofDevice: 0x802, in: mounts) == "ext4")
        #expect(NetworkFileSystem.mountType(ofDevice: 51, in: mounts) == "tmpfs")
        #expect(NetworkFileSystem.mountType(ofDevice: 7, in: mounts) == nil)
        #expect(NetworkFileSystem.mountType(ofDevice: 7, in: "nonsense") == nil)
    }

    @Test func `is what the tests run on, or not, as statfs says`() throws {
        let folder = try TemporaryFolder()
        let told = try Tool.run("stat", "-f", "-c", "%T", folder.path).output
        let isFar = ["nfs", "smb", "cifs", "v9fs", "ceph", "fuseblk"].contains(where: told.hasPrefix)
        #expect(try (ArchiveRoot(path: folder.path).networkFileSystem() != nil) == isFar)
    }
}
