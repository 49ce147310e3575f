import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

@Suite struct `A recording that could not be read` {
    private func meaning(_ error: any Error, _ row: RecordingRow, _ here: Installation) -> String {
        switch FailedRead(error, of: row, in: here.root) {
        case .damaged(let damaged): damaged == DamagedRecording(read: row) ? "damaged" : "another"
        case .gone: "gone"
        case .other: "other"
        }
    }

    @Test func `is damaged if its bytes are, gone with its archive, and says nothing otherwise`() async throws {
        try await Installation.with(.small(calls: 2, mix: .plain)) { here in
            try await here.pass()
            let row = try #require(try await here.recordings().first { $0.held != nil })
            let held = try #require(row.held)
            let damage: [any Error] = [ArchiveError(.damaged, "x", path: "x"), ArchiverError(.damaged, "x")]
            let missing = ArchiveError(.missing, "x", path: "x")
            let others: [any Error] = [
                ArchiveError(.inputOutput, "x", path: "x"), ArchiveError(.permission, "x", path: "x"),
                ArchiveError(.noSpace, "x", path: "x"), ArchiveError(.occupied, "x", path: "x"),
                ArchiverError(.notAvailable, "x"), CancellationError(),
            ]
            for error in damage { #expect(meaning(error, row, here) == "damaged", "\(error)") }
            // The archive is there, so something else is missing.
            for error in others + [missing] { #expect(meaning(error, row, here) == "other", "\(error)") }
            var never = row
            never.held = nil
            for error in damage { #expect(meaning(error, never, here) == "other", "\(error)") }

            // An open archive is looked for in the spool and, because it may have been sealed since, in its final place.
            var open = row
            open.held?.isSealed = false
            let sealedPath = here.root.archivePath(held.archive)
            let openPath = here.root.openArchivePath(held.archive)
            #expect(meaning(damage[0], open, here) == "damaged")
            try FileManager.default.moveItem(atPath: sealedPath, toPath: openPath)
            #expect(meaning(damage[0], open, here) == "damaged")
            for error in damage + [missing] { #expect(meaning(error, row, here) == "gone", "\(error)") }
            // Whoever has looked at the disk before knows that it is not there.
            var missed = row
            missed.held?.copies.isOnDisk = false
            for error in damage + [missing] { #expect(meaning(error, missed, here) == "gone", "\(error)") }
            // It was read in the vault, or there is none.
            missed.held?.copies.isInVault = true
            for error in damage { #expect(meaning(error, missed, here) == "damaged", "\(error)") }
            #expect(meaning(missing, missed, here) == "other")
            for error in others { #expect(meaning(error, row, here) == "other", "\(error)") }
            try FileManager.default.removeItem(atPath: openPath)
            #expect(meaning(missing, open, here) == "gone")
        }
    }

    @Test func `because its copy has no place is not damaged`() async throws {
        try await Installation.with(.small(calls: 2, mix: .plain)) { here in
            try await here.pass()
            let row = try #require(try await here.recordings().first { $0.held != nil })
            let error = try await here.open { archive in
                await #expect(throws: ArchiveError.self) {
                    try await archive.retrieval.copy(row, to: "\(here.root.path)/no-such-folder/file.wav")
                }
            }
            #expect(error?.code == .missing)
        }
    }
}
