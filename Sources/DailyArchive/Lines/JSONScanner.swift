/// Walks over JSON (RFC 8259) without recursion, so hostile nesting costs at most as much memory as it is long.
struct JSONScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    /// - Parameter text: must stay valid for as long as this walks over it.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// Whether only white space is left.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return index == text.count
        }
    }

    /// The fields of the next object: keys without their quotes, values with theirs.
    mutating func object() -> [(key: Range<Int>, value: Range<Int>)]? {
        guard take(UInt8(ascii: "{")) else { return nil }
        if take(UInt8(ascii: "}")) { return [] }
        var fields: [(key: Range<Int>, value: Range<Int>)] = []
        repeat {
            guard let key = key() else { return nil }
            skipSpace()
            let start = index
            guard skipValue() else { return nil }
            fields.append((key, start..<index))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? fields : nil
    }

    private mutating func key() -> Range<Int>? {
        skipSpace()
        let start = index
        guard skipString() else { return nil }
        let end = index
        return take(UInt8(ascii: ":")) ? start + 1..<end - 1 : nil
    }

    private mutating func skipValue() -> Bool {
        // The closing brackets of those that are open.
        var closers: [UInt8] = []
        while true {
            skipSpace()
            guard index < text.count else { return false }
            switch text[index] {
            case UInt8(ascii: "{"):
                index += 1
                if !take(UInt8(ascii: "}")) {
                    closers.append(UInt8(ascii: "}"))
                    guard key() != nil else { return false }
                    continue
                }
            case UInt8(ascii: "["):
                index += 1
                if !take(UInt8(ascii: "]")) {
                    closers.append(UInt8(ascii: "]"))
                    continue
                }
            case UInt8(ascii: "\""): guard skipString() else { return false }
            default: guard skipScalar() else { return false }
            }
            while let closer = closers.last, take(closer) { closers.removeLast() }
            guard let closer = closers.last else { return true }
            guard take(UInt8(ascii: ",")) else { return false }
            if closer == UInt8(ascii: "}"), key() == nil { return false }
        }
    }

    private mutating func skipString() -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: "\"") else { return false }
        index += 1
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                return true
            case UInt8(ascii: "\\"):
                guard let length = escapeLength() else { return false }
                index += length
            case 0..<0x20: return false
            default: index += 1
            }
        }
        return false
    }

    private func escapeLength() -> Int? {
        guard index + 1 < text.count else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            let digits = text[min(index + 2, text.count)..<min(index + 6, text.count)]
            guard digits.count == 4, digits.allSatisfy(Self.isHexadecimal) else { return nil }
            return 6
        default: return nil
        }
    }

    private mutating func skipScalar() -> Bool {
        let start = index
        scan: while index < text.count {
            switch text[index] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: break scan
            default: index += 1
            }
        }
        let word = UnsafeBufferPointer(rebasing: text[start..<index])
        return Self.isNumber(word) || Self.words.contains { word.elementsEqual($0) }
    }

    private static let words = ["true", "false", "null"].map { Array($0.utf8) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        func take(_ byte: UInt8, or other: UInt8? = nil) -> Bool {
            guard index < text.count, text[index] == byte || text[index] == other else { return false }
            index += 1
            return true
        }
        func digits() -> Int {
            let start = index
            while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
            return index - start
        }
        _ = take(UInt8(ascii: "-"))
        let startsWithZero = index < text.count && text[index] == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || (whole > 1 && !startsWithZero) else { return false }
        if index == text.count { return true }
        if take(UInt8(ascii: ".")), digits() == 0 { return false }
        if take(UInt8(ascii: "e"), or: UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+"), or: UInt8(ascii: "-"))
            guard digits() > 0 else { return false }
        }
        return index == text.count
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < text.count {
            switch text[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }
}
