import Evidence
import Files
import Foundation
import Glibc
import Manifest
import Payloads
import Recordings

extension CaseExport {
    /// Writes `call.vcon.json` beside each call.
    func writeVCons(_ draft: inout CaseDraft) throws {
        for call in draft.calls {
            var proofs: [String: (record: JSONValue?, proof: String?)] = [:]
            for file in call.files {
                let record = file.line
                let proof = file.entry == nil ? nil : try read("\(file.name).tlog-proof", draft)
                proofs[file.name] = (
                    try record.map { try JSONReader.value(of: Data($0)) },
                    proof.map { String(decoding: $0, as: UTF8.self) }
                )
            }
            let gaps = try call.row.gaps.map { gap in
                try JSONReader.value(of: Data(JSONLine.bytes(GapLine(gap, call: call.row.call))))
            }
            let vCon = VCon(call, proofs: proofs, gaps: gaps, now: now)
            try write(vCon, to: "\(call.folder)/call.vcon.json", &draft)
        }
    }

    private func read(_ name: String, _ draft: CaseDraft) throws -> [UInt8]? {
        try FileSystem.read(draft.folder.place(name), limit: 16 << 20)
    }

    /// Writes the text with the contents in it, and no content in memory as a whole.
    private func write(_ vCon: VCon, to name: String, _ draft: inout CaseDraft) throws {
        var text = Substring(JSONWriter.text(vCon.json))
        let path = try draft.folder.place(name)
        let contents = try vCon.placeholders.map { ($0.text, try draft.folder.place($0.file)) }
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC)
        // Each mark is a string of its own. The text has members in the order of their names, so analyses come first.
        while let (range, source) = Self.next(contents, in: text) {
            try file.stream(Array(text[..<range.lowerBound].utf8))
            try Self.encode(source, into: file)
            text = text[range.upperBound...]
        }
        try file.stream(Array(text.utf8))
        draft.folder.add(
            name,
            try FileDigest.digest(ofFileAt: path),
            byteCount: try FileSystem.size(of: path) ?? 0
        )
    }

    /// The mark that comes first in the text, and the file that belongs there.
    private static func next(
        _ contents: [(mark: String, file: String)],
        in text: Substring
    ) -> (range: Range<String.Index>, file: String)? {
        contents.compactMap { content in
            text.range(of: "\"\(content.mark)\"").map { found in
                (text.index(after: found.lowerBound)..<text.index(before: found.upperBound), content.file)
            }
        }
        .min { $0.0.lowerBound < $1.0.lowerBound }
    }

    private static func encode(_ source: String, into file: borrowing OpenFile) throws(ArchiveError) {
        let content = try OpenFile(source, O_RDONLY)
        var offset: Int64 = 0
        // A multiple of three bytes, so that the parts of the text can follow each other.
        let step: Int64 = 3 << 18
        while true {
            let bytes = try FileSystem.bytes(of: content, in: offset..<(offset + step))
            if bytes.isEmpty { return }
            try file.stream(Array(Base64URL.text(bytes).utf8))
            offset += Int64(bytes.count)
        }
    }
}
