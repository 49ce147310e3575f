import Foundation

/// The identifiers of a world's tasks: they look random, but the seed reveals which task they name.
///
/// A task is found by its identifier without a table, so that a world of any size takes no memory. The first sixty bits
/// are the task's place, scrambled by a Feistel network; the rest proves that this world made the identifier.
struct Identifier: Sendable {
    /// Which task of the world this is.
    struct Place: Hashable, Sendable {
        var organization: Int
        /// Position among the world's days: the date itself names nothing.
        var day: Int
        /// Position among the day's tasks.
        var index: Int

        var packed: UInt64 { UInt64(organization) << 52 | UInt64(day) << 32 | UInt64(index) }

        init(organization: Int, day: Int, index: Int) {
            (self.organization, self.day, self.index) = (organization, day, index)
        }

        init(packed: UInt64) {
            organization = Int(packed >> 52)
            day = Int(packed >> 32 & 0xF_FFFF)
            index = Int(packed & 0xFFFF_FFFF)
        }
    }

    private static let half: UInt64 = (1 << 30) - 1
    private static let proofBits: UInt64 = (1 << 48) - 1

    let seed: UInt64

    /// A UUID, or the 20 characters of older tenants, which begin with `AW` (wxcc-api, conventions).
    func text(_ place: Place, opaque: Bool) -> String {
        let hidden = scramble(place.packed)
        let proof = proof(hidden)
        guard opaque else { return Self.uuid(hidden, proof) }
        let bits = [hidden >> 52, hidden >> 44, hidden >> 36, hidden >> 28, hidden >> 20, hidden >> 12, hidden >> 4]
        var bytes = bits.map { UInt8(truncatingIfNeeded: $0) }
        bytes.append(UInt8(truncatingIfNeeded: hidden << 4 | proof >> 44 & 0xF))
        bytes += [36, 28, 20, 12, 4].map { UInt8(truncatingIfNeeded: proof >> $0) }
        bytes.append(UInt8(truncatingIfNeeded: proof << 4))
        let coded = Data(bytes).base64EncodedString()
        let safe = coded.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        return "AW" + String(safe.prefix(18))
    }

    /// - Returns: `nil` if this world made no such identifier.
    func place(_ text: String) -> Place? {
        guard let (hidden, found) = text.utf8.count == 36 ? Self.bits(uuid: text) : Self.bits(opaque: text),
            found == proof(hidden)
        else { return nil }
        return Place(packed: unscramble(hidden))
    }

    /// A version 4 UUID without further meaning.
    static func random(_ random: inout SeededRandom) -> String {
        uuid(random.next() >> 4, random.next() & proofBits)
    }

    private func proof(_ hidden: UInt64) -> UInt64 {
        SeededRandom.mix(SeededRandom.mix(seed ^ 0x7072_6F6F) ^ hidden) & Self.proofBits
    }

    private func round(_ number: Int, _ value: UInt64) -> UInt64 {
        SeededRandom.mix(seed &+ value &+ UInt64(number) << 40) & Self.half
    }

    private func scramble(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> 30, value & Self.half)
        for number in 0..<4 { (left, right) = (right, left ^ round(number, right)) }
        return left << 30 | right
    }

    private func unscramble(_ value: UInt64) -> UInt64 {
        var (left, right) = (value >> 30, value & Self.half)
        for number in (0..<4).reversed() { (left, right) = (right ^ round(number, left), left) }
        return left << 30 | right
    }

    /// Sixty bits around the version, forty-eight after the variant.
    private static func uuid(_ hidden: UInt64, _ proof: UInt64) -> String {
        let digits = hex(hidden >> 12, 12) + "4" + hex(hidden & 0xFFF, 3)
        let tail = [8, 9, 0xA, 0xB][Int(proof & 3)]
        let all = digits + hex(UInt64(tail), 1) + hex(SeededRandom.mix(proof) & 0xFFF, 3) + hex(proof, 12)
        var parts = all[...]
        return [8, 4, 4, 4, 12].map { length in
            defer { parts = parts.dropFirst(length) }
            return String(parts.prefix(length))
        }.joined(separator: "-")
    }

    private static func bits(uuid text: String) -> (UInt64, UInt64)? {
        let digits = text.replacing("-", with: "")
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(12), radix: 16)
        else { return nil }
        let hidden = (high >> 16) << 12 | high & 0xFFF
        return uuid(hidden, low) == text.lowercased() ? (hidden, low) : nil
    }

    private static func bits(opaque text: String) -> (UInt64, UInt64)? {
        guard text.utf8.count == 20, text.hasPrefix("AW") else { return nil }
        let coded = String(text.dropFirst(2).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }) + "AA"
        guard let bytes = Data(base64Encoded: coded), bytes.count == 15 else { return nil }
        let all = bytes.prefix(14).map(UInt64.init)
        let hidden = all[0..<7].reduce(0) { $0 << 8 | $1 } << 4 | all[7] >> 4
        let proof = (all[7] & 0xF) << 44 | all[8..<13].reduce(0) { $0 << 8 | $1 } << 4 | all[13] >> 4
        return (hidden, proof)
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
