import Recordings

/// What makes a folder the root of an archive: `{root}/callark.json`, written once by `callark init`.
///
/// A disk that is not mounted leaves an empty folder in its place. Without this file nothing tells that apart from an
/// archive that holds nothing yet.
package struct RootIdentity: Hashable, Sendable {
    /// The version of the root's layout that this program knows.
    package static let currentFormat: Int64 = 1
    /// More than the file can need.
    private static let longestFile = 65_536

    /// The first millisecond of the year 10000.
    private static let endOfTime: Int64 = 253_402_300_800_000

    /// The version of the layout; at least 1.
    package let format: Int64
    /// Chosen at random when the root was made; no two roots share one.
    package let id: CanonicalUUID
    package let createdTime: Timestamp

    package init(id: CanonicalUUID, createdTime: Timestamp) {
        format = Self.currentFormat
        self.id = id
        self.createdTime = createdTime
    }

    /// - Returns: `nil` if there is no such file.
    /// - Throws: `.damaged` if it cannot be understood, `.newer` if a later version of Callark wrote it.
    static func read(_ path: String) throws(ArchiveError) -> RootIdentity? {
        guard let text = try FileSystem.read(path, limit: longestFile) else { return nil }
        guard let object = JSONObject(trimmed(text)), let format = object.integer("format"), format >= 1 else {
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
        guard let id = object.string("id").flatMap({ CanonicalUUID($0.lowercased()) }) else {
            throw damaged(path, "its id is no UUID")
        }
        guard let created = object.integer("created_time"), (0..<Self.endOfTime).contains(created) else {
            throw damaged(path, "its created_time is no time")
        }
        return RootIdentity(id: id, createdTime: Timestamp(millisecondsSince1970: created))
    }

    /// The file's text: one line.
    var text: [UInt8] {
        var object = JSONObjectWriter()
        object.add("format", format)
        object.add("id", id.description)
        object.add("created_time", createdTime.millisecondsSince1970)
        object.add("created_time_iso", createdTime.description)
        return object.line + [UInt8(ascii: "\n")]
    }

    private static func damaged(_ path: String, _ reason: String) -> ArchiveError {
        .damaged(
            "\(path) is damaged: \(reason); restore it from a backup, or move it aside and run `callark init`",
            path: path
        )
    }

    /// Without the white space around it, which an editor may have added.
    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let begin = text.firstIndex { !isSpace($0) } ?? text.endIndex
        let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? begin
        return Array(text[begin..<end])
    }
}
