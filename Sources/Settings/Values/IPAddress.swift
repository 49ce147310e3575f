import Foundation

/// An IP address. One of version 4 in the form of version 6 (`::ffff:192.0.2.1`) is the address of version 4.
package struct IPAddress: Sendable, Hashable {
    /// Four bytes, or sixteen.
    package let bytes: [UInt8]

    /// Reads `192.0.2.1` or `2001:db8::1`, without brackets, port or zone.
    package init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        var version4 = in_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            bytes = withUnsafeBytes(of: version4) { Array($0) }
            return
        }
        var version6 = in6_addr()
        guard inet_pton(AF_INET6, text, &version6) == 1 else { return nil }
        let all = withUnsafeBytes(of: version6) { Array($0) }
        let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xff && all[11] == 0xff
        bytes = isMapped ? Array(all.suffix(4)) : all
    }

    var isVersion6: Bool { bytes.count == 16 }
}

/// The addresses that begin with the same bits: `10.0.0.0/8`, or one address.
package struct AddressRange: Sendable, Hashable {
    private let first: IPAddress
    /// How many bits they have in common.
    private let bits: Int

    /// Reads an address, or one followed by `/` and a number of bits.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        let most = address.bytes.count * 8
        guard parts.count == 2 else {
            (first, bits) = (address, most)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].isOfDigits,
            let bits = Int(parts[1]), bits <= most
        else { return nil }
        (first, self.bits) = (address, bits)
    }

    /// Whether `address` is one of them.
    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        let whole = bits / 8
        guard address.bytes.prefix(whole) == first.bytes.prefix(whole) else { return false }
        let rest = bits % 8
        return rest == 0 || (address.bytes[whole] ^ first.bytes[whole]) >> (8 - rest) == 0
    }
}

extension StringProtocol {
    /// Whether there is nothing in it but the digits 0 to 9.
    var isOfDigits: Bool { utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
}
