/// File systems whose files are on another machine. SQLite's write-ahead log is not reliable on them
/// (sqlite.org/wal.html), and neither is a lock that ends with its process.
enum NetworkFileSystem {
    /// The magic numbers of statfs(2) and the kernel's `linux/magic.h`. Which of them are remote is as in `stat.c` of
    /// the GNU core utilities.
    private static let names: [UInt32: String] = [
        0x6969: "nfs", 0xff53_4d42: "cifs", 0xfe53_4d42: "smb2", 0x517b: "smb", 0x0102_1997: "9p",
        0x00c3_6400: "ceph", 0x5346_414f: "afs", 0x6b41_4653: "kafs", 0x0bd0_0bd0: "lustre", 0x564c: "novell",
        0x7375_7245: "coda", 0x4750_4653: "gpfs", 0xaad7_aaea: "panfs", 0x2003_0528: "orangefs", 0x1983_0326: "fhgfs",
        0x786f_4256: "vboxsf",
    ]

    private static let fuse: UInt32 = 0x6573_5546

    /// What follows `fuse.` for local ones: an overlay, an encrypted folder, a foreign disk format.
    private static let localByFUSE: Set<String> = [
        "fuse-overlayfs", "overlay", "mergerfs", "gocryptfs", "encfs", "cryfs", "bindfs", "lxcfs", "unionfs", "ntfs",
        "ntfs-3g", "exfat", "portal", "squashfuse", "snapfuse", "zfs-fuse", "lowntfs-3g", "shfs",
    ]

    /// The name of a network file system; `nil` for a local one.
    /// - Parameters:
    ///   - type: `f_type` of statfs(2).
    ///   - mount: the type of the mount from `/proc/self/mountinfo`, such as `fuse.sshfs`, if it is known. It is needed
    ///     for FUSE, whose one number covers file systems of every kind.
    static func name(type: UInt32, mount: String?) -> String? {
        if let name = names[type] { return name }
        guard type == fuse, let mount, mount.hasPrefix("fuse.") else { return nil }
        return localByFUSE.contains(String(mount.dropFirst(5))) ? nil : mount
    }

    /// The type of a device's mount, from the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)). The third field
    /// is the device, and the type follows a lone dash.
    static func mountType(ofDevice device: UInt64, in mounts: String) -> String? {
        // Splits the number as makedev(3) of Linux combines it.
        let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
        let device = "\(major):\(device & 0xff | device >> 12 & ~0xff)"
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == device, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
            else { continue }
            return String(fields[dash + 1])
        }
        return nil
    }
}
