/// One audio file, defined by its seed: every byte follows from these few values, so nothing needs to be stored.
struct Sound: Sendable, Hashable {
    enum Encoding: Sendable, Hashable {
        case muLaw, pcm16

        var bytesPerSample: Int { self == .muLaw ? 1 : 2 }
    }

    var seed: UInt64
    /// Samples in each channel, at 8 kHz.
    var frames: Int
    var encoding: Encoding
    var channels: Int
    var layout: WaveLayout

    var bytesPerFrame: Int { channels * encoding.bytesPerSample }
    var dataBytes: Int { frames * bytesPerFrame }
    /// The whole file: header, audio and whatever follows.
    var byteCount: Int { layout.header(of: self).count + dataBytes + layout.trailer(of: self).count }
}
