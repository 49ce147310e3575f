/// A duration: a number of seconds, or a number with the unit `s`, `m` or `h`.
package struct DurationArgument: Sendable {
    package let duration: Duration

    package init(argument: String) throws {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        // No call lasts longer than eight digits can say, and a much longer duration would not fit its column.
        guard digits.count <= 8, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
            let number = Int64(digits)
        else { throw ArgumentFault("give seconds, or a whole number with s, m or h: 90, 90s, 10m or 1h") }
        duration = .seconds(number * (unit ?? 1))
    }
}
