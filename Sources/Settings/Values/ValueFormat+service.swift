import Text

extension ValueFormat<ListenAddress> {
    /// Where the service listens.
    static var listenAddress: Self {
        Self(expectation: "an IP address and a port such as 127.0.0.1:8080 or [::1]:8080") {
            (content) throws(BadValue) in
            let word = try content.word()
            if let address = ListenAddress(word) { return address }
            guard word.contains(":") else { throw BadValue(advice: "the port is missing") }
            throw BadValue()
        }
    }
}

extension ValueFormat<[AddressRange]> {
    /// The addresses of proxies.
    static var addressRanges: Self {
        Self(expectation: "a list of IP addresses or networks such as 10.0.0.0/8") { (content) throws(BadValue) in
            let ranges = content.words().map(AddressRange.init)
            guard !ranges.contains(nil) else { throw BadValue(advice: "give neither names nor ports") }
            return ranges.compactMap(\.self)
        }
    }
}

extension ValueFormat<ClockTime?> {
    /// A time of day, or nothing.
    static var clockTime: Self {
        Self(expectation: "a time of day from \"00:00\" to \"23:59\", or 0 for never") { (content) throws(BadValue) in
            let word = try content.word()
            if word == "0" { return nil }
            guard let time = ClockTime(word) else { throw BadValue() }
            return time
        }
    }
}

extension ValueFormat<Int?> {
    /// A part of the whole, as the number of such parts, or nothing.
    static var share: Self {
        Self(expectation: "a part such as 1/30, from 1/1 to 1/1000, or 0 for none") { (content) throws(BadValue) in
            let word = try content.word()
            if word == "0" { return nil }
            let digits = word.dropFirst(2)
            guard word.hasPrefix("1/"), (1...4).contains(digits.utf8.count),
                digits.isOfDigits, let parts = Int(digits), (1...1000).contains(parts)
            else { throw BadValue() }
            return parts
        }
    }
}
