import Recordings

extension Manifest {
    /// What is known about a held recording, in the form of its line of metadata, in case that line is damaged. The
    /// provider's JSON is missing, because only that line had it.
    /// - Returns: `nil` if no archive holds the recording, or its organization is not known.
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
