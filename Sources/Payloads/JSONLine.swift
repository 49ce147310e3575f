import Foundation
import Text

/// How every payload becomes JSON: one object in one line, its members in the order of their names.
package enum JSONLine {
    /// Without a line end. What cannot be printed is escaped, so that a terminal shows it and obeys none of it.
    /// - Throws: `EncodingError` for a number that JSON does not have.
    package static func bytes(_ payload: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return VisibleText.escaped(json: try encoder.encode(payload))
    }
}
