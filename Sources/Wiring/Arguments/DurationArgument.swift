/// A length of time: a number of seconds, or a number and `s`, `m` or `h`.
package struct DurationArgument: Sendable {
    package let duration: Duration

    package init(argument: String) throws {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        // Longer than a century is not the length of a call, and would not fit a column.
        guard digits.count <= 8, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
            let number = Int64(digits)
        else { throw ArgumentFault("give seconds, or a whole number with s, m or h: 90, 90s, 10m or 1h") }
        duration = .seconds(number * (unit ?? 1))
    }
}
