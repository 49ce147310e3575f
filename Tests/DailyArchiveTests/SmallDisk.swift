import Foundation
import TestSupport

/// A file system of a few megabytes.
struct SmallDisk {
    let path: String

    init(at path: String, megabytes: Int = 4) throws {
        self.path = path
        let outcome = try Tool.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path)
        guard outcome.status == 0 else { throw SampleError() }
    }

    func makeReadOnly() throws {
        guard try Tool.run("mount", "-o", "remount,ro", path).status == 0 else { throw SampleError() }
    }

    func unmount() {
        _ = try? Tool.run("umount", "-l", path)
    }
}
