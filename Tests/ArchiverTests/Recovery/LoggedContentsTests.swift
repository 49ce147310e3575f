import Evidence
import Files
import Manifest
import Recordings
import TestSupport
import Testing

@testable import Archiver

/// What an evidence log says about the recordings of an archive.
@Suite struct `The logged contents of an archive` {
    private func read(_ stage: LogStage) async throws -> (recordings: [LoggedRecording], damaged: Timestamp?) {
        let name = try #require(ArchiveName("acme-2025-11-20-001"))
        let root = ArchiveRoot(path: stage.folder.path)
        let contents = try await LoggedContents.read([name], of: stage.organization, in: root)
        return (contents.recordings(of: name), contents.damagedTime(of: name))
    }

    private static let later = LogStage.noon + .hours(1)

    private func sealing(_ stage: LogStage) -> [LogKeyword: LogValue] {
        [.sha256: .digest(stage.digest), .bytes: .number(10_240), .recordings: .number(2)]
    }

    @Test func `are those of all epochs, and a new epoch makes nothing whole and takes no replacement back`()
        async throws
    {
        let stage = try LogStage()
        try stage.append("a", "b")
        try stage.note(.archiveSealed, sealing(stage))
        let damage: [LogKeyword: LogValue] = [
            .detail: .text("recordings"), .path: .text("data/a/call.wav"), .recordings: .number(1),
        ]
        try stage.note(.damageFound, damage, at: Self.later)
        try stage.note(.recordingReplaced, [.detail: .text("x"), .path: .text("data/a/call.wav")], at: Self.later)
        for epoch in 1...2 {
            let found = try await read(stage)
            #expect(found.recordings.map(\.taskID.description) == ["a", "b"], "\(epoch)")
            #expect(found.recordings.map(\.isReplaced) == [true, false], "\(epoch)")
            #expect(found.damaged == Self.later, "\(epoch)")
            guard epoch == 1 else { break }
            // As `callark log recover` does.
            try stage.beginEpoch(at: Self.later)
            try stage.append("a", "b", at: Self.later)
            try stage.note(.archiveAdopted, sealing(stage), at: Self.later + .hours(1))
        }
    }

    @Test func `are without what left the archive before it was sealed`() async throws {
        let stage = try LogStage()
        try stage.append("a", "b")
        let left: [LogKeyword: LogValue] = [
            .detail: .text(LoggedArchive.leftSpool), .path: .text("data/a/call.wav"), .sha256: .digest(stage.digest),
        ]
        try stage.note(.damageFound, left)
        let found = try await read(stage)
        #expect(found.recordings.map(\.taskID.description) == ["b"])
        #expect(found.damaged == nil)
    }
}
