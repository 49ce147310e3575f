import Foundation

/// The records of a CSV text, read strictly by RFC 4180, each with the line on which it begins.
///
/// What spreadsheets write is accepted: a byte order mark, LF or CR instead of CR LF, no line end after the last
/// record, and empty lines, which are not records. Everything else that is not CSV is a fault with its line, and
/// reading continues after it, so that all faults of a file are reported at once. The caller decides how many fields a
/// record should have.
package struct CSVDocument: Sendable {
    /// One record.
    package struct Record: Sendable, Hashable {
        /// The line on which it begins; the first line is 1.
        package var line: Int
        /// Without quotes, with the line breaks inside them.
        package var fields: [String]
    }

    /// A place at which the text is not CSV.
    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The first line is 1.
        package var line: Int
        /// What is wrong there, and what to do.
        package var problem: String

        /// A fault that a reader of the fields has found.
        package init(line: Int, problem: String) {
            self.line = line
            self.problem = problem
        }

        /// `line 7: a quote is never closed`
        package var description: String { "line \(line): \(problem)" }
    }

    /// In order, without those that have a fault.
    package private(set) var records: [Record] = []
    /// In order of their lines.
    package private(set) var faults: [Fault] = []

    /// Each takes a few dozen bytes of memory, however short it is.
    private static let maxFields = 1_000_000

    /// Reads all of `data`, which has to be UTF-8.
    package init(_ data: Data) {
        var bytes = Array(data)
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            faults = [Fault(line: 1, problem: "the text is UTF-16; save it as \"CSV UTF-8\"")]
            return
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var scanner = CSVScanner(bytes: bytes)
        var fieldCount = 0
        while let scanned = scanner.next() {
            switch scanned {
            case .success(let record):
                records.append(record)
                fieldCount += record.fields.count + 2
            case .failure(let fault):
                faults.append(fault)
                fieldCount += 2
            }
            guard fieldCount <= Self.maxFields else {
                faults.append(Fault(line: scanner.line, problem: "more than \(Self.maxFields) fields are not read"))
                return
            }
        }
    }
}

/// Walks over the bytes of a CSV text, one record at a time. Everything with a meaning in CSV is ASCII, whose bytes are
/// part of no other letter in UTF-8. Swift's characters join a quote and a following accent, which would hide the
/// quote.
private struct CSVScanner {
    private static let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    private static let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    private static let maxFieldsOfRecord = 10_000

    let bytes: [UInt8]
    private var position = 0
    private(set) var line = 1

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var isAtLineEnd: Bool { current == Self.lineFeed || current == Self.carriageReturn }

    /// The next record that is not an empty line; `nil` at the end.
    mutating func next() -> Result<CSVDocument.Record, CSVDocument.Fault>? {
        while isAtLineEnd { skipLineEnd() }
        guard current != nil else { return nil }
        let start = line
        do throws(CSVDocument.Fault) {
            var fields = [try field()]
            while current == Self.comma {
                position += 1
                guard fields.count < Self.maxFieldsOfRecord else { throw fault("a record of far too many fields") }
                fields.append(try field())
            }
            skipLineEnd()
            return .success(CSVDocument.Record(line: start, fields: fields))
        } catch {
            while current != nil, !isAtLineEnd { position += 1 }
            skipLineEnd()
            return .failure(error)
        }
    }

    /// Ends before a comma, a line end or the end of all.
    private mutating func field() throws(CSVDocument.Fault) -> String {
        let start = line
        let content = current == Self.quote ? try quoted() : try plain()
        guard let text = String(validating: content, as: UTF8.self), !content.contains(0) else {
            throw CSVDocument.Fault(line: start, problem: "the text is not UTF-8; save it as \"CSV UTF-8\"")
        }
        return text
    }

    private mutating func plain() throws(CSVDocument.Fault) -> [UInt8] {
        let start = position
        while let byte = current, byte != Self.comma, !isAtLineEnd {
            guard byte != Self.quote else {
                throw fault("a quote inside a field that does not begin with one; quote the field and double it")
            }
            position += 1
        }
        return Array(bytes[start..<position])
    }

    private mutating func quoted() throws(CSVDocument.Fault) -> [UInt8] {
        let opened = line
        var content: [UInt8] = []
        position += 1
        while let byte = current {
            if byte == Self.quote {
                position += 1
                guard current == Self.quote else {
                    guard current == nil || current == Self.comma || isAtLineEnd else {
                        throw fault("text after a closing quote; double a quote that is part of the field")
                    }
                    return content
                }
                content.append(byte)
                position += 1
            } else if isAtLineEnd {
                let start = position
                skipLineEnd()
                content += bytes[start..<position]
            } else {
                content.append(byte)
                position += 1
            }
        }
        throw CSVDocument.Fault(line: opened, problem: "a quote is never closed")
    }

    private func fault(_ problem: String) -> CSVDocument.Fault { CSVDocument.Fault(line: line, problem: problem) }

    private mutating func skipLineEnd() {
        guard isAtLineEnd else { return }
        if current == Self.carriageReturn, position + 1 < bytes.count, bytes[position + 1] == Self.lineFeed {
            position += 1
        }
        position += 1
        line += 1
    }
}
