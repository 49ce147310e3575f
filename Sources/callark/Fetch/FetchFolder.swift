import DailyArchive
import Files
import Foundation
import Recordings

/// The folder that `fetch` writes to. Next to the calls it has `SHA256SUMS`, for `sha256sum -c`, and `calls.jsonl`: the
/// metadata of each recording as it is in the archive, with the archive's name and checksum. Both keep what earlier
/// fetches added.
struct FetchFolder {
    let path: String
    private var sums: [(path: String, digest: ContentDigest)] = []
    private var lines: [[UInt8]] = []

    init(path: String) {
        self.path = path
    }

    var checksumsPath: String { "\(path)/SHA256SUMS" }
    var metadataPath: String { "\(path)/calls.jsonl" }

    /// Whether nothing was written.
    var isEmpty: Bool { sums.isEmpty }

    /// Adds a file that was written.
    mutating func add(_ file: String, _ digest: ContentDigest) {
        sums.append((String(file.dropFirst(path.count + 1)), digest))
    }

    /// Adds the archive's metadata of a recording that was written.
    mutating func add(metadata line: [UInt8]) {
        lines.append(line)
    }

    /// Writes both lists.
    /// - Throws: ``CommandError`` with exit code 74.
    func write() async throws {
        guard !isEmpty else { return }
        var sums = sums
        if !lines.isEmpty {
            try put(Self.merged(read(metadataPath), with: lines), at: metadataPath)
            if let digest = try await ArchiveReader.digest(ofFile: metadataPath) {
                sums.append(("calls.jsonl", digest))
            }
        }
        try put(Self.merged(read(checksumsPath), with: sums), at: checksumsPath)
    }

    /// Merges checksums into the text of a list: one line for each file. Lines that are not checksums stay.
    static func merged(_ text: [UInt8], with sums: [(path: String, digest: ContentDigest)]) -> [UInt8] {
        let new = Dictionary(sums.map { ($0.path, $0.digest) }) { $1 }
        let old = String(decoding: text, as: UTF8.self).split(separator: "\n").filter { line in
            // A line has 64 digits, two characters, and the path.
            new[String(line.dropFirst(66))] == nil
        }
        let all = old.map(String.init) + new.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)" }
        return Array(all.map { $0 + "\n" }.joined().utf8)
    }

    /// Merges lines of metadata: one for each recording's path, in order of arrival.
    static func merged(_ text: [UInt8], with lines: [[UInt8]]) -> [UInt8] {
        let new = Set(lines.map(key))
        let old = text.split(separator: UInt8(ascii: "\n")).map(Array.init).filter { !new.contains(key($0)) }
        var seen: Set<String> = []
        let all = old + lines.filter { seen.insert(key($0)).inserted }
        return Array(all.map { $0 + [UInt8(ascii: "\n")] }.joined())
    }

    private static func key(_ line: [UInt8]) -> String {
        struct Place: Decodable { var path: String }
        return (try? JSONDecoder().decode(Place.self, from: Data(line)))?.path ?? String(decoding: line, as: UTF8.self)
    }

    private func read(_ file: String) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandError(.inputOutput, "cannot read \(file); check its owner and mode")
        }
        return Array(data)
    }

    private func put(_ bytes: [UInt8], at file: String) throws {
        do {
            try FileReplacement.ofUser(file).write(bytes)
        } catch {
            throw CommandError(.inputOutput, "cannot write \(file): \(error)")
        }
    }
}
