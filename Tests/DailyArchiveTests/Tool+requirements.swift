import Foundation
import TestSupport

extension Tool {
    /// The Python with the Library of Congress's `bagit`: the one that the Makefile prepares, otherwise the machine's
    /// own.
    static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    static let hasBagit = (try? run(python, "-c", "import bagit").status) == 0

    /// Whether this process may mount a file system, as on most build machines.
    static let mayMount: Bool = {
        guard getuid() == 0, let folder = try? TemporaryFolder(), let small = try? SmallDisk(at: folder.path) else {
            return false
        }
        small.unmount()
        return true
    }()
}
