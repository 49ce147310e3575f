import Files
import Glibc
import Testing
import TestSupport

@Suite struct FileReplacementTests {
    private struct Trouble: Error {}

    private static let kinds: [@Sendable (String) -> FileReplacement] = [
        { .durable($0) }, { .ofUser($0) }, { FileReplacement($0, flushing: .nothing) },
        { FileReplacement($0, writers: .several(mark: ".new-"), flushing: .bytes) },
    ]

    @Test(arguments: kinds.indices)
    func `puts a new file there, over an old one, and leaves nothing else`(kind: Int) throws {
        let folder = try TemporaryFolder()
        let file = Self.kinds[kind](folder.path + "/a.json")
        for text in ["first", "", "a longer one"] {
            try file.write(Array(text.utf8))
            #expect(try folder.text("a.json") == text)
            #expect(folder.names == ["a.json"])
        }
    }

    @Test(arguments: kinds.indices)
    func `that fails leaves what was there, and no draft`(kind: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write("old", to: "a.json")
        let file = Self.kinds[kind](folder.path + "/a.json")
        let error = #expect(throws: ArchiveError.self) {
            try file.write { (draft) throws(ArchiveError) in
                try draft.write(Array("half".utf8), at: 0)
                #expect(folder.names.count == 2)
                throw ArchiveError(.damaged, "enough", path: "")
            }
        }
        #expect(error?.code == .damaged)
        #expect(folder.names == ["a.json"])
        #expect(try folder.text("a.json") == "old")
    }

    @Test(arguments: kinds.indices)
    func `is refused where a folder stands, and leaves no draft`(kind: Int) throws {
        let folder = try TemporaryFolder()
        try FileSystem.createFolder(folder.path + "/a/b")
        #expect(throws: ArchiveError.self) { try Self.kinds[kind](folder.path + "/a").write([1]) }
        #expect(folder.names == ["a"])
    }

    @Test func `has exactly the mode that was asked for where that matters`() throws {
        let folder = try TemporaryFolder()
        for mode in [0o440, 0o600, 0o644, 0o666] as [mode_t] {
            try FileReplacement.durable(folder.path + "/a", mode: mode).write([1])
            #expect(try folder.mode("a") == Int(mode))
        }
    }

    @Test func `takes the place of a draft that was left behind, which may be somebody else's to read`() throws {
        let folder = try TemporaryFolder()
        try folder.write("half of an old one, and longer", to: "a.tmp")
        try FileReplacement.durable(folder.path + "/a", mode: 0o600).write(Array("new".utf8))
        #expect(try folder.text("a") == "new")
        #expect(try folder.mode("a") == 0o600)
        #expect(folder.names == ["a"])
    }

    @Test func `clears away what processes that are gone have left, and nothing of one that lives`() throws {
        let folder = try TemporaryFolder()
        // Process 1 is always alive, and no process has the highest number.
        for name in ["a.new-\(Int32.max)", "a.new-1", "a.new-x", "b.new-\(Int32.max)", "a.new"] {
            try folder.write("half", to: name)
        }
        let file = FileReplacement(folder.path + "/a", writers: .several(mark: ".new-"), flushing: .bytesAndName)
        try file.write([1])
        let kept = ["a.new", "a.new-1", "a.new-x", "b.new-\(Int32.max)"]
        #expect(folder.names == ["a"] + kept)
        try folder.write("half", to: "a.new-\(Int32.max)")
        #expect(try file.remove())
        #expect(try !file.remove())
        #expect(folder.names == kept)
    }
}
