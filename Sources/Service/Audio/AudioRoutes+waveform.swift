import Wiring
import Crypto
import Files
import HTTPTypes
import Manifest
import NIOCore
import Recordings

extension AudioRoutes {
    /// The peaks of a recording, for drawing. They need what its audio needs, but are not audio: nobody is noted as listening.
    func waveform(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let (row, held) = try await recording(inquiry, view)
        _ = try purpose(inquiry, view.caller, row, installation.now)
        let tag = EntityTag("\(held.digest)-w1")
        let headers: HTTPFields = [.eTag: tag.text, .cacheControl: "private, no-cache"]
        if tag.isNamed(in: inquiry.headers[.ifNoneMatch]) { return Answer(.notModified, headers: headers) }
        let waveform = try await waveforms.waveform(held.digest) {
            try await computed(row, held, by: view.caller.actor)
        }
        guard let waveform else {
            let codec = held.audio?.codec ?? "unknown"
            throw Problem(
                .unprocessableContent,
                "not_decodable",
                "this recording cannot be drawn: its coding (\(codec)) is not decoded here; its bytes can be played elsewhere"
            )
        }
        var answer = try Answer.json(WaveformLine(waveform: waveform))
        for field in headers { answer.headers[field.name] = field.value }
        return answer
    }

    /// Reads a recording, and compares all of it with its checksum.
    /// - Returns: `nil` if it cannot be decoded.
    private func computed(
        _ row: RecordingRow,
        _ held: RecordingRow.Held,
        by actor: Actor
    ) async throws -> Waveform? {
        let file = try await open(held)
        file.announce(0..<held.byteCount)
        var (reader, sum, place) = (Waveform.Reader(byteCount: held.byteCount), SHA256(), Int64(0))
        while place < held.byteCount {
            let end = min(place + Int64(HeldFile.chunkBytes), held.byteCount)
            guard let bytes = try await file.readIfThere(place..<end) else {
                throw await damage(row, file, by: actor)
            }
            bytes.withUnsafeReadableBytes {
                sum.update(bufferPointer: $0)
                reader.take($0)
            }
            if reader.isUnreadable { return nil }
            place = end
        }
        guard HeldFile.digest(sum) == held.digest else { throw await damage(row, file, by: actor) }
        await conclude(true, row, file, by: actor)
        return reader.finish()
    }

    private func damage(_ row: RecordingRow, _ file: HeldFile, by actor: Actor) async -> Problem {
        await conclude(false, row, file, by: actor)
        return Self.damaged
    }
}
