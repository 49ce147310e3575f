/// The part of all archived bytes that one verification reads, so that a number of verifications together read
/// everything.
package struct ReadingShare: Hashable, Sendable {
    package let numerator: Int64
    package let denominator: Int64

    /// Reads `1/30`, or `5%`.
    /// - Returns: `nil` if `text` is not a part of a whole, or is zero.
    package init?(_ text: some StringProtocol) {
        let parts =
            text.hasSuffix("%")
            ? [text.dropLast(), "100"] : text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let numerator = Int64(parts[0]), let denominator = Int64(parts[1]),
            (1...1_000_000).contains(denominator), (1...denominator).contains(numerator)
        else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// This part of `total`, rounded up.
    package func bytes(of total: Int64) -> Int64 {
        total / denominator * numerator + (total % denominator * numerator + denominator - 1) / denominator
    }
}
