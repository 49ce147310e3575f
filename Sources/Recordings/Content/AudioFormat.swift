/// What a recording's own header says about its sound.
package struct AudioFormat: Hashable, Sendable, Codable {
    /// `pcm`, `mulaw`, `alaw`, or `wave-0x…` for another WAVE format tag; or the name of another container, such as
    /// `mp3` or `ogg-opus`. Such a container is not read further, and the figures are 0.
    package var codec: String
    package var channels: Int
    package var sampleRateHertz: Int
    package var bitsPerSample: Int
    /// Computed from the bytes of sound that exist, whatever the header claims.
    package var durationMilliseconds: Int64

    package init(
        codec: String,
        channels: Int,
        sampleRateHertz: Int,
        bitsPerSample: Int,
        durationMilliseconds: Int64
    ) {
        self.codec = codec
        self.channels = channels
        self.sampleRateHertz = sampleRateHertz
        self.bitsPerSample = bitsPerSample
        self.durationMilliseconds = durationMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case codec, channels
        case sampleRateHertz = "sample_rate_hz"
        case bitsPerSample = "bits_per_sample"
        case durationMilliseconds = "duration_ms"
    }
}
