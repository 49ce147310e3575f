import Foundation

/// The gzip format (RFC 1952) with stored blocks (RFC 1951 section 3.2.4): nothing gets smaller, but a client has to
/// decode it, which is enough for a simulator.
enum Gzip {
    static func wrap(_ data: Data) -> Data {
        var output = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])
        var rest = data[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            output.append(rest.isEmpty ? 1 : 0)
            append(UInt16(block.count), to: &output)
            append(~UInt16(block.count), to: &output)
            output.append(block)
        } while !rest.isEmpty
        append(checksum(data), to: &output)
        append(UInt32(truncatingIfNeeded: data.count), to: &output)
        return output
    }

    private static func append(_ value: some FixedWidthInteger, to data: inout Data) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }

    /// CRC-32.
    private static func checksum(_ data: Data) -> UInt32 {
        ~data.reduce(UInt32.max) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}
