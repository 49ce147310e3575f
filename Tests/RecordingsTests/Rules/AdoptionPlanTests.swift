import Foundation
import Recordings
import Testing

@Suite struct `What an archive that was found changes` {
    @Test(
        arguments: [
            (nil, false, .insert), (nil, true, .insert),
            (AdoptionPlan.Counting.none, false, .enter), (AdoptionPlan.Counting.none, true, .enter),
            (.elsewhere(sequence: 1), false, .duplicate), (.elsewhere(sequence: 1), true, .replace),
            (.elsewhere(sequence: 3), true, .duplicate), (.elsewhere(sequence: 3), false, .duplicate),
        ] as [(AdoptionPlan.Counting?, Bool, AdoptionPlan)]
    )
    func `of a recording, by the copy that counts`(
        counting: AdoptionPlan.Counting?,
        replaces: Bool,
        plan: AdoptionPlan
    ) throws {
        #expect(AdoptionPlan(try entry(replaces: replaces), in: 2, counting: counting) == plan)
    }

    @Test(arguments: [(7, 1024, .keep), (8, 1024, .correct), (7, 2048, .correct)] as [(UInt8, Int64, AdoptionPlan)])
    func `of a recording that is its own already`(digest: UInt8, offset: Int64, plan: AdoptionPlan) throws {
        let counting = AdoptionPlan.Counting.here(try Offered.digest(digest), offset: offset)
        #expect(AdoptionPlan(try entry(), in: 2, counting: counting) == plan)
    }

    private func entry(replaces: Bool = false) throws -> RecordingEntry {
        let captured = try Offered.recording()
        let organization = try #require(OrganizationName("acme"))
        let day = ArchiveDay(Offered.created, in: .gmt)
        return RecordingEntry(
            key: captured.key,
            organization: organization,
            organizationID: try #require(OrganizationID("93912f11-6017-404b-bf14-5331890b1797")),
            day: day,
            stopTime: captured.stopTime,
            file: FileName.of(captured.key, distinguisher: 0),
            offset: 1024,
            stored: ByteIdentity(byteCount: 10, digest: try Offered.digest(7)),
            audio: nil,
            suspicion: nil,
            attempts: 1,
            receivedTime: Offered.created,
            taskJSON: nil,
            captureJSON: captured.json,
            replaces: replaces ? ArchiveName(organization: organization, day: day, sequence: 1) : nil
        )
    }
}
