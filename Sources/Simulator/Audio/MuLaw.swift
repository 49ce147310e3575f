/// G.711 µ-law, as telephones send it: eight bits per sample, finer near silence.
enum MuLaw {
    /// The code of every 16-bit sample, indexed by its bit pattern, so that encoding is one look-up.
    static let codes: [UInt8] = (0...Int(UInt16.max)).map { encode(Int16(bitPattern: UInt16($0))) }

    static func encode(_ sample: Int16) -> UInt8 {
        let bias: Int32 = 0x84
        let clip: Int32 = 32_635
        let sign: UInt8 = sample < 0 ? 0x80 : 0
        let magnitude = min(abs(Int32(sample)), clip) + bias
        let exponent = max(0, 31 - magnitude.leadingZeroBitCount - 7)
        let mantissa = UInt8((magnitude >> Int32(exponent + 3)) & 0x0F)
        return ~(sign | UInt8(exponent) << 4 | mantissa)
    }
}
