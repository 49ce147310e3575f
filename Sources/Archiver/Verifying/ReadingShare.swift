/// Which part of all archived bytes one verification reads, so that some number of them reads everything.
package struct ReadingShare: Hashable, Sendable {
    package let numerator: Int64
    package let denominator: Int64

    /// Reads `1/30`, or `5%`.
    /// - Returns: `nil` where `text` is no part of a whole, or nothing of it.
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

    /// That part of `total`, rounded up.
    package func bytes(of total: Int64) -> Int64 {
        total / denominator * numerator + (total % denominator * numerator + denominator - 1) / denominator
    }
}
