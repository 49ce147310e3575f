import Files
import Foundation
import Glibc
import Recordings

/// What of the records the vault has already: a small file, so that a pass only asks the vault about what is new. If it is
/// lost, the vault is asked about everything once, and nothing is put twice.
///
/// A line is a JSON array: key, size, time of change, SHA-256, version. Later lines replace earlier ones; a line without a
/// SHA-256 says that the object was deleted.
struct SentRecords: Sendable {
    /// What the vault has as one object.
    struct Sent: Hashable, Sendable {
        var byteCount: Int64
        var modified: Int64
        var digest: ContentDigest
        var version: String?
    }

    /// The file.
    let path: String
    private(set) var entries: [String: Sent] = [:]
    private var lines = 0

    private static let limit = 1 << 30

    /// - Parameters:
    ///   - place: the vault.
    ///   - writer: since when this root is its writer, and with which epoch. With another one, everything is looked at
    ///     again: another root has written meanwhile, or the bucket was made anew.
    init(of root: ArchiveRoot, place: String, writer: WriterRecord) throws(ArchiveError) {
        path = "\(root.spoolPath)/vault-sent.jsonl"
        let since = String(writer.takenTime.millisecondsSince1970)
        let header = Self.line([.string(place), .number(String(writer.epoch)), .number(since)])
        let known = try FileSystem.read(path, limit: Self.limit) ?? []
        guard known.starts(with: header) else {
            try FileReplacement.durable(path).write(header)
            return
        }
        for line in known.split(separator: 0x0A).dropFirst() { read(line) }
        // Objects that change have a line for each of their states.
        if lines > 2 * entries.count + 1000 { try compact(header) }
    }

    private static func line(_ values: [JSONValue]) -> [UInt8] {
        Array("\(JSONWriter.text(.array(values)))\n".utf8)
    }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        // The last line may be incomplete.
        guard let values = (try? JSONReader.value(of: Data(line)))?.elements, values.count == 5,
            let key = values[0].text
        else { return }
        lines += 1
        guard let digest = values[3].text.flatMap({ ContentDigest(hexadecimal: $0) }) else {
            entries[key] = nil
            return
        }
        entries[key] = Sent(
            byteCount: values[1].integer ?? 0,
            modified: values[2].integer ?? 0,
            digest: digest,
            version: values[4].text
        )
    }

    private func compact(_ header: [UInt8]) throws(ArchiveError) {
        var text = header
        for (key, sent) in entries.sorted(by: { $0.key < $1.key }) { text += Self.line(key, sent) }
        try FileReplacement.durable(path).write(text)
    }

    private static func line(_ key: String, _ sent: Sent?) -> [UInt8] {
        line([
            .string(key), .number(String(sent?.byteCount ?? 0)), .number(String(sent?.modified ?? 0)),
            .string(sent?.digest.description ?? ""), .string(sent?.version ?? ""),
        ])
    }

    /// Notes what the vault has now.
    /// - Returns: what has to be appended to the file.
    mutating func take(_ changes: [(key: String, sent: Sent?)]) -> [UInt8] {
        var text: [UInt8] = []
        for (key, sent) in changes {
            entries[key] = sent
            text += Self.line(key, sent)
        }
        return text
    }

    /// Appends lines to the file. They are not flushed: what a crash loses is asked again. Blocks.
    static func append(_ text: [UInt8], to path: String) throws(ArchiveError) {
        let file = try OpenFile(path, O_WRONLY | O_CREAT)
        var end = try file.size()
        // An incomplete line at the end must not swallow the next one.
        if end > 0, try FileSystem.bytes(of: OpenFile(path, O_RDONLY), in: (end - 1)..<end) != [0x0A] {
            try file.write([0x0A], at: end)
            end += 1
        }
        try file.write(text, at: end)
    }
}
