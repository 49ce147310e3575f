extension FixedWidthInteger {
    /// The sum, or the last number there is in that direction: what others count must not end the process.
    package func addingWithSaturation(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the last number there is in that direction.
    package func subtractingWithSaturation(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }
}

extension Int64 {
    /// The whole number next to zero from `number`, or the last there is in that direction; 0 for no number.
    package init(clamping number: Double) {
        if number.isNaN {
            self = 0
        } else {
            self = Self(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
        }
    }
}
