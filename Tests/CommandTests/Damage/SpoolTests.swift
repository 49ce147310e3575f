import Foundation
import Simulator
import Testing

/// Damage to open archives, and the pass that comes next.
@Suite struct `A damaged spool` {
    /// The place of the flipped bit in an open archive or its journal.
    private enum Place: String, CaseIterable, Sendable {
        case padding, payload, lastByte, headerName, headerSize, headerChecksum, headerPadding, journal

        /// Whether it damages a recording.
        var isOfRecording: Bool { self != .padding }
    }

    @Test func `is healed by the next pass, wherever a bit of it was flipped`() async throws {
        try await Desk.with(calls: 4, scale: 0.01, mix: .recorded) { desk in
            let origin = Root(desk, "origin", offered: desk.offered)
            try await origin.make()
            let mishap = Mishap(.EIO, at: Step(kind: "rename", path: ".tar$", ordinal: 1))
            try #require(try await origin.run(origin.pass, mishap).status == 74)
            let rows = try await origin.run(["list", "--state", "stored", "--json"]).objects
                .filter { $0["type"]?.text == "recording" }
            try #require(rows.count == desk.offered.count)
            let members = try rows.map { row in
                (offset: Int(try #require(row["offset"]?.number)), bytes: Int(try #require(row["bytes"]?.number)))
            }
            .sorted { $0.offset < $1.offset }
            let padded = try #require(members.first { $0.bytes % 512 != 0 })
            try await Place.allCases.inParallel { place in
                let root = try await origin.copied(to: place.rawValue)
                defer { root.remove() }
                let files = try FileManager.default.subpathsOfDirectory(atPath: "\(root.path)/spool").map {
                    "\(root.path)/spool/\($0)"
                }
                let tar = try #require(files.first { $0.hasSuffix(".tar.open") })
                let journal = try #require(files.first { $0.hasSuffix(".jsonl") })
                let header = padded.offset - 512
                let (path, offset) =
                    switch place {
                    case .padding: (tar, padded.offset + padded.bytes)
                    case .payload: (tar, padded.offset + padded.bytes / 2)
                    case .headerName: (tar, header)
                    case .headerSize: (tar, header + 130)
                    case .headerChecksum: (tar, header + 150)
                    case .headerPadding: (tar, header + 505)
                    case .lastByte: (tar, (members.map { $0.offset + $0.bytes }.max() ?? 1) - 1)
                    case .journal: (journal, 40)
                    }
                try desk.flipByte(of: path, at: UInt64(offset))
                try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
                let next = try await root.run(root.pass)
                // Damage outside of recordings is repaired before the archive is sealed.
                #expect(next.status == (place.isOfRecording ? 65 : 0), "\(place): \(next.errors)")
                #expect(!place.isOfRecording || next.errors.contains("1 recording is no longer whole"), "\(place)")
                try await root.expectCompletion(keeping: [], place.rawValue)
            }
        }
    }
}
