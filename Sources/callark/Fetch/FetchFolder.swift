import DailyArchive
import Files
import Foundation
import Recordings

/// The folder that `fetch` writes to: beside the calls it has `SHA256SUMS`, which `sha256sum -c` checks, and `calls.jsonl`,
/// the metadata of each recording as the archive has it, with the archive's name and checksum. Both keep what earlier fetches have put there.
struct FetchFolder {
    let path: String
    private var sums: [(path: String, digest: ContentDigest)] = []
    private var lines: [[UInt8]] = []

    init(path: String) {
        self.path = path
    }

    var checksumsPath: String { "\(path)/SHA256SUMS" }
    var metadataPath: String { "\(path)/calls.jsonl" }

    /// Whether anything was written.
    var isEmpty: Bool { sums.isEmpty }

    /// A file was written.
    mutating func add(_ file: String, _ digest: ContentDigest) {
        sums.append((String(file.dropFirst(path.count + 1)), digest))
    }

    /// The archive says this of a recording that was written.
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

    /// The text of a list of checksums with other lines in it: one for each file, and what is no line of ours stays.
    static func merged(_ text: [UInt8], with sums: [(path: String, digest: ContentDigest)]) -> [UInt8] {
        let new = Dictionary(sums.map { ($0.path, $0.digest) }) { $1 }
        let old = String(decoding: text, as: UTF8.self).split(separator: "\n").filter { line in
            // 64 digits, two characters, and the path.
            new[String(line.dropFirst(66))] == nil
        }
        let all = old.map(String.init) + new.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)" }
        return Array(all.map { $0 + "\n" }.joined().utf8)
    }

    /// The lines of metadata with others among them: one for each recording's path, in the order in which they came.
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
