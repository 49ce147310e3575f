import Files
import Foundation
import Testing
import TestSupport

@Suite struct ReadingTests {
    @Test(arguments: [0, 1, 4096, 65_535, 65_536, 65_537, 200_000])
    func `a small file is read whole`(count: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: URL(filePath: folder.path + "/a"))
        #expect(try FileSystem.read(folder.path + "/a", limit: count) == bytes)
        #expect(try FileContents(path: folder.path + "/a", limit: count).bytes == bytes)
        guard count > 0 else { return }
        let error = #expect(throws: ArchiveError.self) { try FileSystem.read(folder.path + "/a", limit: count - 1) }
        #expect(error?.code == .damaged)
        #expect(throws: FileContents.Failure.self) { try FileContents(path: folder.path + "/a", limit: count - 1) }
    }

    /// Their size is 0 until they are read.
    @Test func `a file that the kernel makes up is read whole`() throws {
        let expected = try #require(FileManager.default.contents(atPath: "/proc/version"))
        #expect(try FileSystem.read("/proc/version", limit: 65_536) == Array(expected))
        #expect(!expected.isEmpty)
    }

    @Test func `a missing file is not a file`() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "file")
        for name in ["no", "no/no", "file/no"] {
            #expect(try FileSystem.read("\(folder.path)/\(name)", limit: 10) == nil)
            let failure = #expect(throws: FileContents.Failure.self) {
                try FileContents(path: "\(folder.path)/\(name)", limit: 10)
            }
            #expect(failure?.isAbsent == true)
        }
    }

    @Test func `a pipe is not waited for, and a folder is not a file`() throws {
        let folder = try TemporaryFolder()
        #expect(try Tool.run("mkfifo", folder.path + "/pipe").status == 0)
        for path in [folder.path + "/pipe", folder.path] {
            let failure = #expect(throws: FileContents.Failure.self) { try FileContents(path: path, limit: 10) }
            #expect(failure?.isAbsent == false)
            #expect(failure?.reason == "it is not a regular file")
        }
    }

    @Test func `who may read and write a file is known`() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "a")
        let told = try [0o600, 0o640, 0o604, 0o602].map { mode in
            try FileSystem.setMode(of: folder.path + "/a", mode_t(mode))
            let contents = try FileContents(path: folder.path + "/a", limit: 10)
            return [contents.isReadableByGroup, contents.isReadableByOthers, contents.isWritableByOthers]
        }
        #expect(
            told == [
                [false, false, false], [true, false, false], [false, true, false], [false, false, true],
            ]
        )
    }
}
