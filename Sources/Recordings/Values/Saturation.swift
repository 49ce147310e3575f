extension FixedWidthInteger {
    /// The sum, or the largest or smallest number: counts from outside must not end the process.
    package func addingWithSaturation(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the largest or smallest number.
    package func subtractingWithSaturation(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }
}

extension Int64 {
    /// `number` rounded towards zero, or the largest or smallest whole number; 0 if it is not a number.
    package init(clamping number: Double) {
        if number.isNaN {
            self = 0
        } else {
            self = Self(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
        }
    }
}
