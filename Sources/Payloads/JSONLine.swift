import Foundation
import Text

/// Writes every payload as JSON: one object on one line, with its members sorted by name.
package enum JSONLine {
    /// The object without a line end. Unprintable characters are escaped, so that a terminal shows them and obeys none
    /// of them.
    /// - Throws: `EncodingError` for a number that JSON does not have.
    package static func bytes(_ payload: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return VisibleText.escaped(json: try encoder.encode(payload))
    }
}
