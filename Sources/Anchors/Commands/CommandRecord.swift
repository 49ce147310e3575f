import Foundation
import Recordings

/// The record of a command that took a checkpoint somewhere: when it ended, how, and its output.
package struct CommandRecord: Hashable, Sendable {
    /// When it ended.
    package var time: Timestamp
    /// Its exit status.
    package var exit: Int64
    /// Its output, with everything that is not UTF-8 replaced.
    package var output: String

    package init(time: Timestamp, exit: Int64, output: String) {
        self.time = time
        self.exit = exit
        self.output = output
    }

    /// One JSON object on one line.
    package var bytes: [UInt8] {
        let json = JSONValue.object([
            JSONMember("exit", .number(String(exit))), JSONMember("output", .string(output)),
            JSONMember("time", .number(String(time.millisecondsSince1970))),
        ])
        return Array("\(JSONWriter.text(json))\n".utf8)
    }

    /// - Returns: `nil` if `bytes` differs from the output of ``bytes``.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONReader.value(of: Data(bytes)), case .number(let exit)? = json.member("exit"),
            let exit = Int64(exit), case .string(let output)? = json.member("output"),
            case .number(let time)? = json.member("time"), let time = Int64(time)
        else { return nil }
        self.init(time: Timestamp(millisecondsSince1970: time), exit: exit, output: output)
        guard self.bytes == bytes else { return nil }
    }
}
