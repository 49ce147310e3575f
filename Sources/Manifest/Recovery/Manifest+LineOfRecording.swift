import Recordings

extension Manifest {
    /// What is known of a held recording, as its line of metadata would say it: for one whose own line is damaged. The
    /// provider's own words about it were in that line only.
    /// - Returns: `nil` if no archive holds it, or its organization is not known.
    package func entry(of row: RecordingRow) async throws -> RecordingEntry? {
        guard let held = row.held else { return nil }
        guard let organization = try await organizations().first(where: { $0.name == row.organization }) else {
            return nil
        }
        return RecordingEntry(
            key: row.key,
            organization: row.organization,
            organizationID: organization.id,
            day: row.day,
            stopTime: row.stopTime,
            file: row.file,
            offset: held.offset,
            stored: ByteIdentity(byteCount: held.byteCount, digest: held.digest),
            audio: held.audio,
            suspicion: held.suspicion,
            attempts: row.attempts,
            receivedTime: held.receivedTime,
            taskJSON: nil,
            captureJSON: ProviderJSON(redacted: "{}")
        )
    }
}
