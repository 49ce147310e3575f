import Foundation
import TestSupport
import Testing

/// An archive that someone changed and then signed again: its own checksums agree with each other, or nearly.
@Suite struct `A forged archive` {
    enum Forgery: CaseIterable {
        case byte, moved, movedBesideTheOldSideFile, renamed
    }

    private struct Place {
        var offset: Int
        var byteCount: Int
    }

    private func places(_ desk: Desk) async throws -> [Place] {
        try await desk.run("list", "--state", "archived", "--json").objects
            .filter { $0["type"]?.text == "recording" }
            .map { row in
                Place(
                    offset: Int(try #require(row["offset"]?.number)),
                    byteCount: Int(try #require(row["bytes"]?.number))
                )
            }
    }

    /// Rewrites the side file, as a backup job or a forger does.
    private func sign(_ path: String) async throws {
        let sum = try await Program.run("sha256sum", [path]).output.prefix(64)
        try? FileManager.default.removeItem(atPath: path + ".sha256")
        let line = "\(sum)  \(URL(filePath: path).lastPathComponent)\n"
        try Data(line.utf8).write(to: URL(filePath: path + ".sha256"))
    }

    /// Replaces a sealed archive by `data`.
    private func replace(_ path: String, by data: Data) throws {
        try FileManager.default.removeItem(atPath: path)
        try data.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
    }

    /// - Returns: the archive that the forger leaves behind.
    private func forge(_ forgery: Forgery, _ desk: Desk) async throws -> String {
        let path = try #require(try desk.archives().first)
        let places = try await places(desk)
        switch forgery {
        case .byte:
            try desk.flipByte(of: path, at: UInt64(places[0].offset + 60))
        case .moved, .movedBesideTheOldSideFile:
            // The bytes of a recording, rotated by one: the last byte comes first.
            var data = try Data(contentsOf: URL(filePath: path))
            let range = places[0].offset..<places[0].offset + places[0].byteCount
            let bytes = data[range]
            data.replaceSubrange(range, with: bytes.suffix(1) + bytes.dropLast())
            try replace(path, by: data)
        case .renamed:
            let other = path.replacing("-001.tar", with: "-009.tar")
            try FileManager.default.moveItem(atPath: path, toPath: other)
            try FileManager.default.removeItem(atPath: path + ".sha256")
            try await sign(other)
            return other
        }
        if forgery != .movedBesideTheOldSideFile { try await sign(path) }
        return path
    }

    @Test(arguments: Forgery.allCases)
    func `is damage, with a manifest or without`(_ forgery: Forgery) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let path = try await forge(forgery, desk)
            for arguments in [["verify", "--archive", path], ["verify", "--archive", path, "--json"]] {
                let known = try await desk.start(arguments).end()
                #expect(known.status == 65, "\(arguments): \(known.output)\(known.errors)")
                // A stranger's machine, with the file but without a Callark archive.
                let alone = try await Program.run("callark", arguments, directory: desk.folder)
                #expect(alone.status == 65, "\(arguments): \(alone.output)\(alone.errors)")
            }
            #expect(try await desk.run("verify").status == 65)
        }
    }

    @Test(arguments: [Forgery.byte, .moved, .movedBesideTheOldSideFile])
    func `gives a rebuild what holds, and nothing else`(_ forgery: Forgery) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            _ = try await forge(forgery, desk)
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(desk.root)/manifest.sqlite\(suffix)")
            }
            #expect(try await desk.run("rebuild", "--json").status == 65)
            let archived = try await desk.archived()
            #expect(archived.count == desk.offered.count - 1)
            #expect(Set(archived).isSubset(of: desk.offered))
        }
    }
}
