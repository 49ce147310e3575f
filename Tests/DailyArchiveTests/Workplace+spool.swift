import DailyArchive
import Files
import Recordings
import Testing

extension Workplace {
    /// An open archive of some recordings, as a killed process leaves it.
    func abandoned(_ count: Int = 6) async throws -> (extent: ArchiveExtent, entries: [RecordingEntry]) {
        let stored = try await writer().append([PendingMember].samples(count).map { (.sample, $0) })
        return (try unwrap(stored.extents[.sample]), stored.entries)
    }

    func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try self.bytes(path)
        body(&bytes)
        try write(bytes, to: path)
    }

    func sealAndVerify(_ writer: ArchiveWriter, _ entries: [RecordingEntry]) async throws {
        let sealed = try await writer.seal(.sample, tasks: Listing([]))
        let expected = ExpectedArchive(sealed, entries)
        let report = try await ArchiveVerifier().verify(path: root.archivePath(.sample), expected: expected)
        #expect(report.faults == [])
        #expect(report.recordingCount == entries.count)
    }
}
