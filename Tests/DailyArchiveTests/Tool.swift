import Foundation

/// A program that knows nothing of Callark and says what it thinks of Callark's files.
struct Tool {
    struct Outcome {
        var status: Int32
        var output: String
    }

    /// Runs `command`, found by PATH, in `folder`, with no other locale than C.UTF-8 in the way.
    static func run(_ command: String, _ arguments: String..., in folder: String = "/") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C.UTF-8", command] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    /// The Python that has the Library of Congress's `bagit`: the one the Makefile prepares, else the machine's own.
    static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    static let hasBagit = (try? run(python, "-c", "import bagit").status) == 0

    /// Whether this process may mount a file system of its own, as it may on most build machines.
    static let mayMount: Bool = {
        guard getuid() == 0, let folder = try? TemporaryFolder(), let small = try? SmallDisk(at: folder.path) else {
            return false
        }
        small.unmount()
        return true
    }()
}

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
