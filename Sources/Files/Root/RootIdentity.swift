import Recordings

/// The identity that makes a folder an archive root: `{root}/callark.json`, written once by `callark init`.
///
/// A disk that is not mounted leaves an empty folder in its place. Without this file, that could not be told from an
/// archive that has nothing in it yet.
package struct RootIdentity: Hashable, Sendable {
    /// The version of the root's layout that this program knows.
    package static let currentFormat: Int64 = 1
    /// More than the file needs.
    private static let longestFile = 65_536

    /// The first millisecond of the year 10000.
    private static let endOfTime: Int64 = 253_402_300_800_000

    /// The version of the layout; at least 1.
    package let format: Int64
    /// Chosen at random when the root was made; no two roots have the same one.
    package let id: CanonicalUUID
    package let createdTime: Timestamp

    package init(id: CanonicalUUID, createdTime: Timestamp) {
        format = Self.currentFormat
        self.id = id
        self.createdTime = createdTime
    }

    /// - Returns: `nil` if there is no such file.
    /// - Throws: `.damaged` if it cannot be read as an identity, `.newer` if a later version of Callark wrote it.
    static func read(_ path: String) throws(ArchiveError) -> RootIdentity? {
        guard let text = try FileSystem.read(path, limit: longestFile) else { return nil }
        let object = String(validating: text, as: UTF8.self).flatMap { try? JSONReader.value(of: $0) }
        guard let object, let format = number("format", of: object), format >= 1 else {
            throw damaged(path, "no JSON object with a format")
        }
        guard format <= currentFormat else {
            throw ArchiveError(
                .newer,
                "\(path) has format \(format), and this version of Callark knows \(currentFormat): install the newer version "
                    + "that made the root",
                path: path
            )
        }
        guard let id = object.member("id")?.text.flatMap({ CanonicalUUID($0.lowercased()) }) else {
            throw damaged(path, "its id is not a UUID")
        }
        guard let created = number("created_time", of: object), (0..<Self.endOfTime).contains(created) else {
            throw damaged(path, "its created_time is not a time")
        }
        return RootIdentity(id: id, createdTime: Timestamp(millisecondsSince1970: created))
    }

    private static func number(_ name: String, of object: JSONValue) -> Int64? {
        guard case .number(let text) = object.member(name) else { return nil }
        return Int64(text)
    }

    /// The file's text: one line.
    var text: [UInt8] {
        let milliseconds = createdTime.millisecondsSince1970
        let fields = [
            #""format":\#(format)"#, #""id":"\#(id)""#, #""created_time":\#(milliseconds)"#,
            #""created_time_iso":"\#(createdTime)""#,
        ]
        return Array("{\(fields.joined(separator: ","))}\n".utf8)
    }

    private static func damaged(_ path: String, _ reason: String) -> ArchiveError {
        .damaged(
            "\(path) is damaged: \(reason); restore it from a backup, or move it aside and run `callark init`",
            path: path
        )
    }
}
